import type { TestRedis } from "../../../../testing/redis/server";
import { decodeEntry, type Entry } from "./entry";

/** How a plugin's container ends. `output`: what it printed when it failed; undefined when it didn't. */
export interface Ending {
  readonly issues?: readonly object[];
  readonly output?: string;
}

/** The deployed Worker, as far as the platform sees it. It names no run, and repeats what is refused. */
export interface DeployedWorker {
  /** Takes the oldest entry off the list; null when there is none. @throws what makes the Worker drop it to the dead list */
  pop(): Promise<Entry | null>;
  begin(entry: Entry): Promise<number>;
  /** @param output goes with `errored`, also when it is empty */
  report(entry: Entry, plugin: string, status: string, output?: string): Promise<number>;
  register(entry: Entry, plugin: string, issues: readonly object[]): Promise<number>;
  wrapUp(entry: Entry): Promise<number>;
  /** Fetches a mounted secret. */
  secret(authorization: string): Promise<string>;
  /** Does all of a job. @param ending of each check's container */
  work(entry: Entry, ending?: (plugin: string) => Ending): Promise<void>;
  /** Subscribes to control messages, also again after Redis was down. */
  listen(): Promise<void>;
  /** Control messages heard so far. */
  readonly heard: readonly string[];
}

/** Milliseconds before the first repetition, doubled each time; a second in the field. */
const pause = 1;

interface Surroundings {
  readonly redis: TestRedis;
  readonly url: string;
  readonly token: string;
  /** How often each call is tried in all. */
  readonly attempts?: number;
}

export async function startWorker({ redis, url, token, attempts = 10 }: Surroundings): Promise<DeployedWorker> {
  const heard: string[] = [];
  await listen();

  async function listen(): Promise<void> {
    const subscriber = await redis.connect();
    await subscriber.subscribe("cocov:checks_control", (message) => void heard.push(message));
  }

  async function call(method: string, path: string, body?: object): Promise<number> {
    for (let attempt = 1; ; attempt += 1) {
      const status = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `bearer ${token}`,
          accept: "application/json",
          "user-agent": "Go-http-client/1.1",
          ...(body ? { "content-type": "application/json" } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }).then(
        (answer) => answer.status,
        () => 0,
      );
      if ((status >= 200 && status < 300) || attempt === attempts) return status;
      await Bun.sleep(pause * 2 ** (attempt - 1));
    }
  }

  const commit = ({ repo_id, sha }: Entry) => `/v1/repositories/${repo_id}/commits/${sha}`;

  const worker: DeployedWorker = {
    heard,
    listen,
    async pop() {
      const popped = await redis.send("LPOP", "cocov:checks");
      return popped === null ? null : decodeEntry(String(popped));
    },
    begin: (entry) => call("POST", `${commit(entry)}/check_set/notify_in_progress`),
    report(entry, plugin, status, output = "") {
      const [plugin_name] = plugin.split(":");
      return call("PATCH", `${commit(entry)}/checks`, {
        plugin_name,
        status,
        ...(status === "errored" ? { error_output: output } : {}),
      });
    },
    register: ({ repo_id, sha }, source, issues) => call("PUT", `/v1/repositories/${repo_id}/issues`, { source, sha, issues }),
    wrapUp: (entry) => call("POST", `${commit(entry)}/checks/wrap_up`),
    async secret(authorization) {
      const answer = await fetch(`${url}/v1/secrets/data?authorization=${authorization}`, {
        headers: { authorization: `bearer ${token}`, accept: "application/json" },
      });
      if (!answer.ok) throw new Error(`the secret's data is answered with ${answer.status}`);
      return await answer.text();
    },
    async work(entry, ending = () => ({})) {
      await worker.begin(entry);
      const failed = await fetchSecrets(entry);
      if (failed) {
        for (const { plugin } of entry.checks) await worker.report(entry, plugin, "errored", failed);
        await worker.wrapUp(entry);
        for (const { plugin } of entry.checks) await worker.report(entry, plugin, "errored", failed);
        return;
      }
      await Promise.all(
        entry.checks.map(async ({ plugin }) => {
          await worker.report(entry, plugin, "in_progress");
          const ended = ending(plugin);
          if (ended.output !== undefined) return void (await worker.report(entry, plugin, "errored", ended.output));
          if (ended.issues?.length) await worker.register(entry, plugin, ended.issues);
          await worker.report(entry, plugin, "completed");
        }),
      );
      await worker.wrapUp(entry);
    },
  };
  return worker;

  async function fetchSecrets({ checks }: Entry): Promise<string | undefined> {
    try {
      for (const { mounts } of checks) for (const { authorization } of mounts ?? []) await worker.secret(authorization);
      return undefined;
    } catch (error) {
      return String(error);
    }
  }
}
