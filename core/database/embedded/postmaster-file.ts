import { join } from "node:path";

/** What a running server says about itself. */
export type Postmaster = { pid: number; ready: boolean };

/**
 * Reads a cluster's `postmaster.pid`: its first line is the server's pid, its eighth the state.
 * @see https://github.com/postgres/postgres/blob/master/src/include/utils/pidfile.h
 * @returns undefined if there is none or it isn't written to the end yet
 */
export async function readPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const file = Bun.file(postmasterFile(cluster));
  if (!(await file.exists())) return undefined;
  const lines = (await file.text()).split("\n").map((line) => line.trim());
  const pid = Number(lines[0]);
  return Number.isSafeInteger(pid) && pid > 1 ? { pid, ready: lines[7] === "ready" } : undefined;
}

/** @returns path of a cluster's `postmaster.pid` */
export function postmasterFile(cluster: string): string {
  return join(cluster, "postmaster.pid");
}
