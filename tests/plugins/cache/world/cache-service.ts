import { z } from "zod";
import type { TestRedis } from "../../../../testing";
import { openConnection } from "../../../system/world/raw-connection";

const taskList = "cocov:cached:housekeeping_tasks";

/** What the deployed service reads of an entry: it refuses an answer of which a part has another type. */
const meta = z.object({
  id: z.int(),
  name: z.string(),
  name_hash: z.string(),
  size: z.int(),
  engine: z.string(),
  mime: z.string(),
  created_at: z.iso.datetime(),
  last_used_at: z.iso.datetime(),
});
const registered = z.object({ id: z.int() });
const task = z.object({
  task: z.enum(["evict-artifact", "purge-repository", "evict-tool", "purge-tool"]),
  task_id: z.uuid(),
  repository: z.int().optional(),
  objects: z.array(z.string()).optional(),
});
export type Task = z.infer<typeof task>;

export type Meta = z.infer<typeof meta>;
export type Owner = number | "tools";

export interface Item {
  readonly name: string;
  readonly nameHash: string;
  readonly size: number;
  readonly mime: string;
}

/** Plays the deployed Cache service, with files in memory: it sends what that sends, byte for byte, and reads what that reads. */
export interface CacheService {
  /** Files by `<owner>/<id>`. */
  readonly files: Map<string, Item>;
  /** Sends one request. @returns the status and the body as text */
  send(method: string, path: string, query?: Readonly<Record<string, string>>): Promise<{ status: number; body: string }>;
  /** Stores what a check sends. */
  store(owner: Owner, item: Item): Promise<number>;
  /** Hands out what a check asks for. @returns undefined when there is none, or its file isn't there */
  handOut(owner: Owner, nameHash: string): Promise<Meta | undefined>;
  /** Stores nothing after all: registers and then takes that back. */
  failToStore(owner: Owner, item: Item): Promise<void>;
  /** Waits for the next task. @returns undefined when none came within some seconds */
  take(seconds?: number): Promise<Task | undefined>;
  /** Does what a task says. */
  perform(task: Task): Promise<void>;
  /** Puts a task back that it couldn't do before it had to stop. */
  putBack(task: Task): Promise<void>;
  /** Takes and does tasks until there are none. @returns them */
  work(): Promise<Task[]>;
}

interface Parts {
  readonly url: string;
  readonly token: string;
  readonly redis: TestRedis;
  /** Where it keeps files: `local` or `s3`. */
  readonly engine?: string;
}

export function playCacheService({ url, token, redis, engine = "local" }: Parts): CacheService {
  const files = new Map<string, Item>();

  const send: CacheService["send"] = async (method, path, query) => {
    const connection = await openConnection(url);
    const target = query === undefined ? path : `${path}?${new URLSearchParams(query)}`;
    const head = [
      `${method} ${target} HTTP/1.1`,
      `Host: ${new URL(url).host}`,
      "User-Agent: GRequests/0.10",
      // Go says so of methods that might have a body.
      ...(method === "GET" || method === "DELETE" ? [] : ["Content-Length: 0"]),
      "Accept: application/json",
      `Authorization: bearer ${token}`,
      "Connection: close",
    ];
    connection.write(`${head.join("\r\n")}\r\n\r\n`);
    const answer = Buffer.from(await connection.heard(), "latin1").toString();
    const [, status = ""] = /^HTTP\/1\.1 (\d{3})/.exec(answer) ?? [];
    return { status: Number(status), body: answer.slice(answer.indexOf("\r\n\r\n") + 4) };
  };

  const base = (owner: Owner) => (owner === "tools" ? "/v1/cache/tools" : `/v1/repositories/${owner}/cache`);

  /** @returns undefined when the platform says that there is no such thing */
  async function ask<T>(expected: z.ZodType<T>, method: string, path: string, query: Record<string, string>) {
    const { status, body } = await send(method, path, query);
    if (status === 404) return;
    if (status < 200 || status > 299) throw new Error(`request failed with status ${status}: ${body}`);
    return expected.parse(JSON.parse(body));
  }

  async function remove(owner: Owner, nameHash: string): Promise<void> {
    const { status, body } = await send("DELETE", `${base(owner)}/${nameHash}`, { engine });
    if (status !== 404 && (status < 200 || status > 299)) throw new Error(`request failed with status ${status}: ${body}`);
  }

  const find = (owner: Owner, nameHash: string) => ask(meta, "GET", `${base(owner)}/${nameHash}/meta`, { engine });

  async function register(owner: Owner, { name, nameHash, size, mime }: Item): Promise<number> {
    const entry = await ask(registered, "POST", `${base(owner)}/`, {
      engine,
      mime,
      name,
      name_hash: nameHash,
      size: String(size),
    });
    if (!entry) throw new Error("there is no such repository");
    return entry.id;
  }

  const service: CacheService = {
    files,
    send,

    async store(owner, item) {
      const id = await register(owner, item);
      files.set(`${owner}/${id}`, item);
      return id;
    },

    async handOut(owner, nameHash) {
      const entry = await find(owner, nameHash);
      return entry && files.has(`${owner}/${entry.id}`) ? entry : undefined;
    },

    async failToStore(owner, item) {
      await register(owner, item);
      await remove(owner, item.nameHash);
    },

    async take(seconds = 10) {
      const listening = await redis.connect();
      const taken = await listening.send("BLPOP", [taskList, String(seconds)]).finally(() => listening.close());
      if (taken === null) return;
      const [, text] = z.tuple([z.literal(taskList), z.string()]).parse(taken);
      return task.parse(JSON.parse(text));
    },

    async perform({ task, repository, objects = [] }) {
      const owner = task === "evict-tool" || task === "purge-tool" ? "tools" : (repository ?? 0);
      if (task === "purge-repository" || task === "purge-tool") {
        for (const path of files.keys()) if (path.startsWith(`${owner}/`)) files.delete(path);
        return;
      }
      for (const nameHash of objects) {
        const entry = await find(owner, nameHash);
        // It says nothing of a file that isn't there.
        if (entry && files.delete(`${owner}/${entry.id}`)) await remove(owner, nameHash);
      }
    },

    async putBack(task) {
      await redis.send("LPUSH", taskList, JSON.stringify(task));
    },

    async work() {
      const done: Task[] = [];
      while (Number(await redis.send("LLEN", taskList)) > 0) {
        const next = await service.take();
        if (!next) break;
        await service.perform(next);
        done.push(next);
      }
      return done;
    },
  };
  return service;
}
