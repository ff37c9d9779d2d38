import { join } from "node:path";
import { StartupError } from "../../startup-error";
import type { Logger } from "../log/logger";
import type { Home } from "./home";
import { readPostmaster } from "./postmaster-file";
import { runAs } from "./run-as";
import { lastLines } from "./server-log";

/** A running server. */
export type Server = { stop(): Promise<void> };

/** How long recovery after a crash may take before the start is given up. */
const startSeconds = 300;

/** What the server says while processes of a killed predecessor still finish their work, and how long that is waited for. */
const stillBusy = "is still in use";
const busySeconds = 20;

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
  const command = [join(installation.folder, "bin", "postgres"), "-D", cluster, ...options];
  const started = performance.now();
  let server = runAs(account, command, cluster, output);
  while (!(await isReady(cluster, server.pid))) {
    if (performance.now() > started + startSeconds * 1000) {
      server.kill("SIGQUIT");
      throw new StartupError([`The embedded database wasn't ready after ${startSeconds} seconds; see ${logPath}.`]);
    }
    if (server.exitCode !== null || server.signalCode !== null) {
      const said = await lastLines(logPath, 10);
      if (!said.includes(stillBusy) || performance.now() > started + busySeconds * 1000) {
        throw new StartupError([`The embedded database didn't start; the end of ${logPath}:\n${said}`]);
      }
      await Bun.sleep(200);
      server = runAs(account, command, cluster, output);
    }
    await Bun.sleep(10);
  }
  server.unref();

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
