import { afterAll } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RedisClient } from "bun";
import { debianProgram } from "../debian-program";
import { endWithUs } from "../end-with-us";

/** A Redis of a test's own: a real one, that can be made to fail. */
export interface TestRedis {
  /** The same as long as the test runs, also after `stop` and `start`. */
  readonly url: string;
  /** Sends a command and waits for its answer, on a connection that the platform doesn't know of. */
  send(command: string, ...args: readonly (string | number)[]): Promise<unknown>;
  /** Opens a connection for what waits, such as BLPOP, or subscribes. It is closed with the server. */
  connect(): Promise<RedisClient>;
  /** Ends the server: connections break, and nobody can connect. What it had is there again after `start`, unless it `forgets`. */
  stop(options?: { readonly forgets?: boolean }): Promise<void>;
  start(): Promise<void>;
  /** Has it answer nobody until what is returned is called, while connections stay and new ones can be made. */
  freeze(): () => void;
}

/** Milliseconds to start or stop on a busy machine. */
const patience = 30_000;

/** Starts a Redis for all tests of the calling file, and ends it after the last one. Call it at the top of the file. */
export async function useTestRedis(): Promise<TestRedis> {
  const redis = await startTestRedis();
  afterAll(() => redis.remove(), patience);
  return redis;
}

/** Starts a Redis. Call `remove` in the end, or let {@link useTestRedis} do it. */
export async function startTestRedis(): Promise<TestRedis & { remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "cocov-test-redis-"));
  const pidFile = join(folder, "pid");
  const watchdog = endWithUs(pidFile, folder);
  let running = await launch(folder, pidFile);
  const { port } = running;
  const url = `redis://127.0.0.1:${port}`;
  let own: RedisClient | undefined;
  const opened = new Set<RedisClient>();

  async function connect(): Promise<RedisClient> {
    const client = new RedisClient(url, { autoReconnect: false });
    await client.connect();
    opened.add(client);
    return client;
  }

  async function stop({ forgets = false }: { forgets?: boolean } = {}): Promise<void> {
    if (running.child.exitCode === null) {
      // It answers with the end of the connection.
      await (await connect()).send("SHUTDOWN", [forgets ? "NOSAVE" : "SAVE"]).catch(() => undefined);
      await running.child.exited;
    }
    if (forgets) await rm(join(folder, "dump.rdb"), { force: true });
    for (const client of opened) client.close();
    opened.clear();
    own = undefined;
  }

  return {
    url,
    connect,
    stop,
    async send(command, ...args) {
      own ??= await connect();
      return await own.send(command, args.map(String));
    },
    async start() {
      running = await launch(folder, pidFile, port);
    },
    freeze() {
      const { child } = running;
      child.kill("SIGSTOP");
      return () => child.kill("SIGCONT");
    },
    async remove() {
      await stop({ forgets: true });
      watchdog.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Running {
  readonly child: Bun.Subprocess;
  readonly port: number;
}

/** @param wanted the port; a free one unless given */
async function launch(folder: string, pidFile: string, wanted?: number): Promise<Running> {
  for (let attempt = 1; ; attempt++) {
    // Below those that are given to connections and to whoever asks for any: it is still free when the server is started again.
    const port = wanted ?? 10_000 + Math.floor(Math.random() * 20_000);
    const log = join(folder, "log");
    const { path, env } = await debianProgram("redis-server");
    const options = { bind: "127.0.0.1", port, dir: folder, pidfile: pidFile, logfile: log, save: "", appendonly: "no" };
    const child = Bun.spawn([path, ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])], {
      env: { ...process.env, ...env },
      stdin: "ignore",
      stdout: "ignore",
      stderr: Bun.file(join(folder, "errors")),
    });
    if (await isReady(child, `redis://127.0.0.1:${port}`)) return { child, port };
    if (wanted !== undefined || attempt === 10) {
      const said = await Promise.all(
        [log, join(folder, "errors")].map((file) =>
          Bun.file(file)
            .text()
            .catch(() => ""),
        ),
      );
      throw new Error(`redis-server ended with ${child.exitCode}: ${said.join("\n")}`);
    }
  }
}

/** Waits until it answers. @returns false when it ended instead */
async function isReady(child: Bun.Subprocess, url: string): Promise<boolean> {
  const until = Date.now() + patience;
  while (child.exitCode === null && Date.now() < until) {
    const client = new RedisClient(url, { autoReconnect: false, connectionTimeout: 1000 });
    try {
      await client.connect();
      // Somebody else's may answer on a port that isn't free.
      if (String(await client.send("INFO", ["server"])).includes(`process_id:${child.pid}\r`)) return true;
    } catch {
      // Not yet.
    } finally {
      client.close();
    }
    await Bun.sleep(10);
  }
  return false;
}
