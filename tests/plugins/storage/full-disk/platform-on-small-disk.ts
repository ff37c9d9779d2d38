/**
 * A platform whose data folder is on a disk that fills up before a push and is given room after it; prints what was to be seen of it.
 * Arguments: address of a database with all tables; the folder that is the disk.
 */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createRepository, serviceToken, signIn, webhookUrl } from "../../../../testing/factories";
import { startGitHub } from "../../../../testing/github";
import { startTestServer } from "../../../../testing/server";
import { createFiller } from "./filler";

/** One look. */
export interface Seen {
  readonly status: string;
  readonly size: number | null;
  /** What the ledger says of the fetch. */
  readonly error: string | null;
  readonly stored: string[];
}

if (import.meta.main) {
  const [databaseUrl = "", disk = ""] = process.argv.slice(2);
  const github = await startGitHub();
  const dataDir = join(disk, "data");
  const server = await startTestServer({ databaseUrl, dataDir, env: github.environment() });
  const { db, jobs } = server.app;
  const admin = await signIn(server, github, "root");
  const token = await serviceToken(server, admin);
  const { onGitHub } = await createRepository(server, github, token, { name: "api" });

  const filler = createFiller(disk);
  await filler.leave(0);
  const noise = Buffer.from(crypto.getRandomValues(new Uint8Array(50_000))).toString("hex");
  const { sha } = await github.push(onGitHub, { files: { noise }, delivery: { to: webhookUrl(server) } });
  const look = async (): Promise<Seen | undefined> => {
    const [seen] = await db.sql<Omit<Seen, "stored">[]>`
      SELECT clone_status AS status, clone_size AS size,
             (SELECT last_error FROM core_jobs WHERE name = 'repositories.process_commit') AS error
        FROM commits WHERE sha = ${sha}`;
    const storage = join(dataDir, "git_storage");
    const stored = existsSync(storage) ? await readdir(storage, { recursive: true }) : [];
    return seen && { ...seen, stored: stored.filter((name) => name.includes(sha)) };
  };
  let full = await look();
  while (!full?.error) {
    await Bun.sleep(20);
    full = await look();
  }
  await filler.leave(Number.POSITIVE_INFINITY);
  await db.sql`UPDATE core_jobs SET run_at = now() WHERE name = 'repositories.process_commit' AND running_token IS NULL`;
  await jobs.idle();
  console.log(JSON.stringify({ sha, full, mended: await look() }));
  await server.stop();
  await github.stop();
}
