import { chmod, copyFile, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../../../core/services/database/database";
import { createLogger } from "../../../../core/services/log/logger";

/** Whom a process runs as; as we do unless said. */
export type Identity = { uid?: number; gid?: number };

/** Starts a server in a process of its own, which ends with SIGTERM. `says` is its URL, or why it didn't start. */
export async function startServerOwner(dataDir: string, identity: Identity = {}, bun = process.execPath) {
  const command = [bun, join(import.meta.dir, "owner.ts"), dataDir];
  const owner = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "inherit", ...identity });
  const { value } = await owner.stdout.getReader().read();
  return {
    owner,
    says: Buffer.from(value ?? [])
      .toString()
      .trim(),
  };
}

/** A copy of Bun that every user can run: Bun itself may be installed in root's home. Remove the folder it is in. */
export async function reachableBun(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bun-"));
  await chmod(folder, 0o755);
  await copyFile(process.execPath, join(folder, "bun"));
  await chmod(join(folder, "bun"), 0o755);
  return join(folder, "bun");
}

/** Sends statements on a connection of their own. */
export async function query<T>(url: string, text: string): Promise<T[]> {
  const db = openDatabase({ url, poolSize: 1, log: createLogger("silent") });
  try {
    return [...(await db.sql.unsafe<(T & object)[]>(text))];
  } finally {
    await db.close();
  }
}
