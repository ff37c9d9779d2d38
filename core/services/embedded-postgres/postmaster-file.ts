import { lchown, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readPlainFile } from "./foreign-files";
import type { Home } from "./home";

/** What a running server says about itself. */
export type Postmaster = { pid: number; ready: boolean };

/**
 * Reads a cluster's `postmaster.pid`: its first line is the server's pid, its eighth the state.
 * @see https://github.com/postgres/postgres/blob/master/src/include/utils/pidfile.h
 * @returns undefined if there is none or it isn't written to the end yet
 */
export async function readPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const text = await readPlainFile(join(cluster, "postmaster.pid"));
  if (text === undefined) return undefined;
  const lines = text.split("\n").map((line) => line.trim());
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
export async function disownPostmasterFile({
  cluster,
  folder,
  account,
}: Pick<Home, "cluster" | "folder" | "account">): Promise<void> {
  const path = join(cluster, "postmaster.pid");
  const text = await readPlainFile(path);
  if (text === undefined) return;
  // Written where only we can write, and put in its place: whatever is there then is replaced, not followed.
  const draft = join(folder, `postmaster.pid.${process.pid}`);
  await rm(draft, { force: true });
  await writeFile(draft, text.replace(/^\d+/, String(nobodysPid)), { flag: "wx", mode: 0o600 });
  if (account !== undefined) await lchown(draft, account.uid, account.gid);
  await rename(draft, path);
}
