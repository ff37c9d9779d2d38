import { open } from "node:fs/promises";
import { join } from "node:path";

/** What a running server says about itself. */
export type Postmaster = { pid: number; ready: boolean };

/**
 * Reads a cluster's `postmaster.pid`: its first line is the server's pid, its eighth the state.
 * @see https://github.com/postgres/postgres/blob/master/src/include/utils/pidfile.h
 * @returns undefined if there is none or it isn't written to the end yet
 */
export async function readPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const file = Bun.file(join(cluster, "postmaster.pid"));
  if (!(await file.exists())) return undefined;
  const lines = (await file.text()).split("\n").map((line) => line.trim());
  const pid = Number(lines[0]);
  return Number.isSafeInteger(pid) && pid > 1 ? { pid, ready: lines[7] === "ready" } : undefined;
}

/** A number that no process has: greater than the greatest `pid_max`. */
const nobodysPid = 4_194_305;

/**
 * Puts a pid that no process has into the `postmaster.pid` of a server that is gone. PostgreSQL takes any living process
 * with that pid, and a zombie too, for the server and refuses to start. The rest is kept: from it PostgreSQL sees whether
 * processes of that server are still busy.
 */
export async function disownPostmasterFile(cluster: string): Promise<void> {
  const path = join(cluster, "postmaster.pid");
  const file = await open(path, "r+").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (file === undefined) return;
  try {
    const text = (await file.readFile("utf8")).replace(/^\d+/, String(nobodysPid));
    await file.write(text, 0);
    await file.truncate(Buffer.byteLength(text));
  } finally {
    await file.close();
  }
}
