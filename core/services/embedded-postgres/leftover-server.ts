import { stat } from "node:fs/promises";
import type { Logger } from "../log/logger";
import type { Home } from "./home";
import { disownPostmasterFile, readPostmaster } from "./postmaster-file";

/** How long a leftover server may take for each way of stopping it, mildest first. */
const attempts = [
  { signal: "SIGINT", seconds: 20 },
  { signal: "SIGQUIT", seconds: 10 },
  { signal: "SIGKILL", seconds: 10 },
] as const;

/**
 * Stops a server whose owner died, and sees to it that a `postmaster.pid` left behind doesn't hinder the next one. Call it
 * only while holding the folder's lock.
 */
export async function stopLeftoverServer(home: Home, log: Logger): Promise<void> {
  const { cluster } = home;
  const postmaster = await readPostmaster(cluster);
  if (postmaster === undefined) return;
  const { pid } = postmaster;
  if (await servesCluster(pid, cluster)) await stop(pid, cluster, log);
  await disownPostmasterFile(home);
}

async function stop(pid: number, cluster: string, log: Logger): Promise<void> {
  log.warn({ pid, cluster }, "stopping a database server that outlived its owner");
  for (const { signal, seconds } of attempts) {
    sendSignal(pid, signal);
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end) {
      if (!(await servesCluster(pid, cluster))) return;
      await Bun.sleep(20);
    }
  }
  throw new Error(`The database server with pid ${pid} that outlived its owner can't be stopped.`);
}

/**
 * @returns whether `pid` is the server of this cluster, rather than a process that got the number later, or a zombie, or one of another
 *   user, whose number the cluster's owner wrote into the file
 */
async function servesCluster(pid: number, cluster: string): Promise<boolean> {
  if (!(await commandLine(pid)).includes(`-D ${cluster}`)) return false;
  if (process.platform !== "linux") return true;
  const running = await stat(`/proc/${pid}`).catch(() => undefined);
  return running !== undefined && running.uid === (await stat(cluster)).uid;
}

async function commandLine(pid: number): Promise<string> {
  if (process.platform === "linux") {
    const args = await Bun.file(`/proc/${pid}/cmdline`)
      .text()
      .catch(() => "");
    return args.replaceAll("\0", " ");
  }
  return Bun.spawnSync(["ps", "-ww", "-o", "args=", "-p", String(pid)]).stdout.toString();
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    const gone = error instanceof Error && "code" in error && error.code === "ESRCH";
    if (!gone) throw error;
  }
}
