import { join } from "node:path";
import type { Logger } from "../../log";
import { StartupError } from "../../startup-error";
import type { Home } from "./home";
import { readPostmaster } from "./postmaster-file";
import { runAs } from "./run-as";
import { lastLines } from "./server-log";

/** A running server. */
export type Server = { stop(): Promise<void> };

/** How long recovery after a crash may take before the start is given up. */
const startSeconds = 300;

/** How long a fast shutdown may take before an immediate one, which costs a recovery at the next start. */
const stopSeconds = 30;

/**
 * Starts the server and waits until it takes connections.
 * @param settings as in postgresql.conf
 * @param output descriptor of the file `logPath`
 * @throws {StartupError} if it ends instead, with the last lines of its log
 */
export async function startServer(
  { installation, account, cluster }: Home,
  settings: Record<string, string>,
  output: number,
  logPath: string,
  log: Logger,
): Promise<Server> {
  const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = runAs(account, [join(installation.folder, "bin", "postgres"), "-D", cluster, ...options], cluster, output);
  server.unref();

  const end = performance.now() + startSeconds * 1000;
  while (!(await isReady(cluster, server.pid))) {
    if (server.exitCode !== null || server.signalCode !== null) {
      throw new StartupError([`The embedded database didn't start; the end of ${logPath}:\n${await lastLines(logPath, 10)}`]);
    }
    if (performance.now() > end) {
      server.kill("SIGQUIT");
      throw new StartupError([`The embedded database wasn't ready after ${startSeconds} seconds; see ${logPath}.`]);
    }
    await Bun.sleep(10);
  }

  let stopping = false;
  void server.exited.then((code) => {
    if (!stopping) log.error({ code, log: logPath }, "the embedded database ended unexpectedly; restart this process");
  });
  return {
    stop: async () => {
      stopping = true;
      server.kill("SIGINT");
      const impatience = setTimeout(() => server.kill("SIGQUIT"), stopSeconds * 1000);
      await server.exited;
      clearTimeout(impatience);
    },
  };
}

async function isReady(cluster: string, pid: number): Promise<boolean> {
  const postmaster = await readPostmaster(cluster);
  return postmaster !== undefined && postmaster.pid === pid && postmaster.ready;
}
