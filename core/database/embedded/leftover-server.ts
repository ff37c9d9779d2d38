import { readlink, realpath, rm } from "node:fs/promises";
import type { Logger } from "../../log";
import { postmasterFile, readPostmaster } from "./postmaster-file";

/** How long a leftover server may take for each way of stopping it, mildest first. */
const attempts = [
  { signal: "SIGINT", seconds: 20 },
  { signal: "SIGQUIT", seconds: 10 },
  { signal: "SIGKILL", seconds: 10 },
] as const;

/**
 * Stops a server whose owner died, and removes a `postmaster.pid` whose number belongs to some other process by now
 * (PostgreSQL itself would refuse to start then). Call it only while holding the folder's lock.
 */
export async function stopLeftoverServer(cluster: string, log: Logger): Promise<void> {
  const postmaster = await readPostmaster(cluster);
  if (postmaster === undefined) return;
  const { pid } = postmaster;
  if (!(await servesCluster(pid, cluster))) {
    if (isAlive(pid)) await rm(postmasterFile(cluster), { force: true });
    return;
  }
  log.warn({ pid, cluster }, "stopping a database server that outlived its owner");
  for (const { signal, seconds } of attempts) {
    process.kill(pid, signal);
    if (await untilGone(pid, cluster, seconds)) return;
  }
  throw new Error(`The database server with pid ${pid} that outlived its owner can't be stopped.`);
}

async function untilGone(pid: number, cluster: string, seconds: number): Promise<boolean> {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    if (!(await servesCluster(pid, cluster))) return true;
    await Bun.sleep(20);
  }
  return false;
}

/** A server's working directory is its cluster. */
async function servesCluster(pid: number, cluster: string): Promise<boolean> {
  if (process.platform === "linux") {
    const folder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
    return folder === (await realpath(cluster));
  }
  const { stdout } = Bun.spawnSync(["ps", "-o", "args=", "-p", String(pid)]);
  return stdout.toString().includes(cluster);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
