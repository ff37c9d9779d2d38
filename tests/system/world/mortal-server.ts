import { afterAll } from "bun:test";
import { join } from "node:path";
import { until } from "./until";

/** A server in a process of its own that can be killed, and comes back at the same address. */
export interface MortalServer {
  /** Of one with the role `jobs`, where its probes are. */
  readonly url: string;
  /** Starts it and waits until it is ready. */
  start(): Promise<void>;
  /** Ends it as a power cut does. */
  kill(): Promise<void>;
  /** Exit codes and signals of those that ended by themselves. */
  deaths(): string[];
  /** Everything it has logged and printed. */
  output(): string;
}

interface MortalServerOptions {
  /** Nobody reads what it logs, though the pipe stays open: as with a log collector that hangs. */
  readonly logReader?: "stalled";
}

export async function mortalServer(
  environment: Record<string, string | undefined>,
  { logReader }: MortalServerOptions = {},
): Promise<MortalServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const jobs = environment.COCOV_ROLE === "jobs";
  const listening = { [jobs ? "COCOV_SIDEKIQ_PROBE_PORT" : "COCOV_PORT"]: String(port) };
  let child: Bun.Subprocess<"ignore", "pipe", "pipe"> | undefined;
  let output = "";
  const deaths: string[] = [];
  const collect = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const bytes of stream) output += decoder.decode(bytes, { stream: true });
  };
  afterAll(() => child?.kill("SIGKILL"));
  return {
    url,
    output: () => output,
    deaths: () => [...deaths],
    async start() {
      const command = [process.execPath, join(import.meta.dir, "server-process.ts")];
      child = Bun.spawn(logReader === "stalled" ? ["bash", "-c", stalled, ...command] : command, {
        env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment, ...listening },
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
      });
      const started = child;
      void started.exited.then(() => {
        if (started.signalCode !== "SIGKILL") deaths.push(`${started.exitCode ?? started.signalCode}: ${output.slice(-3000)}`);
      });
      void collect(child.stdout);
      void collect(child.stderr);
      const ready = () =>
        fetch(`${url}/system/probes/${jobs ? "liveness" : "health"}`).then(
          ({ ok }) => ok,
          () => false,
        );
      await until(ready, () => `the server doesn't start: ${output}`, 30);
    },
    async kill() {
      child?.kill("SIGKILL");
      await child?.exited;
    },
  };
}

/** The server takes the place of this shell, so that what is killed is the server; the reader ends with it, and reads nothing. */
const stalled = `exec "$0" "$@" > >(exec tail --pid=$$ -f /dev/null)`;

/** @returns a port that nobody listens on at this moment */
export async function freePort(): Promise<number> {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const { port = 0 } = server;
  await server.stop(true);
  return port;
}
