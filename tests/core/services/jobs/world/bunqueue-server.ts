import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A real bunqueue server in a process of its own. */
export interface BunqueueServer {
  url: string;
  /** Kills it and starts it again on the same port: it has forgotten everything then, if it is one in memory. */
  loseEverything(): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** @param env how it differs from one in memory */
export async function startBunqueueServer(env: Readonly<Record<string, string>> = {}): Promise<BunqueueServer> {
  const folder = await mkdtemp(join(tmpdir(), "cocov-bunqueue-"));
  const [port, httpPort] = freePorts();
  let child = spawn(folder, port, httpPort, env);
  await listening(port);

  const kill = async () => {
    child.kill("SIGKILL");
    await child.exited;
  };
  const start = async () => {
    child = spawn(folder, port, httpPort, env);
    await listening(port);
  };
  return {
    url: `bunqueue://127.0.0.1:${port}`,
    kill,
    start,
    async loseEverything() {
      await kill();
      await start();
    },
    async close() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function spawn(folder: string, port: number, httpPort: number, more: Readonly<Record<string, string>>) {
  const entry = Bun.resolveSync("bunqueue", import.meta.dir).replace(/main\.js$/, "cli/index.js");
  const ports = ["--host", "127.0.0.1", "--tcp-port", String(port), "--http-port", String(httpPort)];
  const env = { PATH: process.env.PATH, HOME: folder, ...more };
  return Bun.spawn([process.execPath, entry, "start", ...ports], { cwd: folder, env, stdout: "ignore", stderr: "ignore" });
}

function freePorts(): [number, number] {
  const probes = [0, 1].map(() => Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } }));
  const [first = 0, second = 0] = probes.map(({ port }) => port);
  for (const probe of probes) probe.stop(true);
  return [first, second];
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } }).catch(() => undefined);
    if (socket) return void socket.end();
    await Bun.sleep(25);
  }
  throw new Error(`no bunqueue server on port ${port}`);
}
