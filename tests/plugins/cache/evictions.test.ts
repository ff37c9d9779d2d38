import { beforeEach, expect, test } from "bun:test";
import { evictCache, followEvictions } from "../../../plugins/cache/jobs";
import { cacheEntries } from "../../../plugins/cache/tables";
import { until } from "../../system/world/until";
import type { Task } from "./world/cache-service";
import { item, useCacheWorld } from "./world/cache-world";

const limit = 2000;
const world = await useCacheWorld({ env: { COCOV_REPOSITORY_CACHE_MAX_SIZE: String(limit) } });
const { platform, redis, service, admin, add, sizes, hashes } = world;
const { sql } = platform.db;
const { id, name } = await add();
const list = "cocov:cached:housekeeping_tasks";
const hour = 3600;

beforeEach(() => world.empty());

/** Puts entries into the catalogue as if they had been there for long. @returns their ids */
async function there(...entries: readonly { hash: string; size?: number; unused?: number | null; engine?: string }[]) {
  const ids: number[] = [];
  for (const { hash, size = 1024, unused = 0, engine = "local" } of entries) {
    const [row] = await sql<{ id: number }[]>`
      INSERT INTO cache_entries (repository_id, name, name_hash, engine, mime, size, last_used_at)
      VALUES (${id}, ${hash}, ${hash}, ${engine}, 'm', ${size}, now() - make_interval(secs => ${unused})) RETURNING id`;
    ids.push(row?.id ?? 0);
    if (engine === "local") service.files.set(`${id}/${row?.id}`, item({ nameHash: hash }));
  }
  await sql`UPDATE repositories SET cache_size = (SELECT sum(size) FROM cache_entries WHERE repository_id = ${id}) WHERE id = ${id}`;
  return ids;
}

const toLimit = () => platform.run(evictCache, { repositoryId: id });
const evict = async (entry: number | undefined) =>
  expect((await platform.request("DELETE", `/v1/repositories/${name}/settings/cache/${entry}`, { token: admin })).status).toBe(
    204,
  );
const tasks = async (): Promise<Task[]> =>
  ((await redis.send("LRANGE", list, 0, -1)) as string[]).map((text) => JSON.parse(text));
const objects = async () => (await tasks()).map(({ objects }) => objects);
/** The service takes all tasks, and deletes nothing: their files are gone already. */
const ignore = () => redis.send("DEL", list);
async function quarterPasses(): Promise<void> {
  await world.minutesPass(15.1);
  await platform.run(followEvictions, {});
}

test("what was used least recently goes, until what goes is enough", async () => {
  await there({ hash: "hour", unused: hour }, { hash: "day", unused: 24 * hour }, { hash: "week", unused: 168 * hour });
  await toLimit();
  expect(await tasks()).toEqual([
    { task: "evict-artifact", task_id: expect.any(String), repository: id, objects: ["week", "day"] },
  ]);
  expect(await sizes(id)).toEqual({ kept: 3072, sum: 3072 });
  await service.work();
  expect(await hashes(id)).toEqual(["hour"]);
  expect(await sizes(id)).toEqual({ kept: 1024, sum: 1024 });
});

test("what was never used goes before all, and of what is equal the older", async () => {
  await there(
    { hash: "used", unused: 9 * hour },
    { hash: "never 1", unused: null, size: 500 },
    { hash: "never 2", unused: null, size: 500 },
    { hash: "new", size: 1500 },
  );
  await toLimit();
  expect(await objects()).toEqual([["never 1", "never 2", "used"]]);
});

test("up to the limit nothing goes, exactly at it neither", async () => {
  await there({ hash: "a", size: limit - 1 }, { hash: "b", size: 1 });
  await toLimit();
  expect(await tasks()).toEqual([]);
  await platform.run(evictCache, { repositoryId: 99_999 });
  expect(await tasks()).toEqual([]);
});

test("entries of different engines go in tasks of their own", async () => {
  await there(
    { hash: "a", unused: 9 },
    { hash: "b", unused: 8, engine: "s3" },
    { hash: "c", unused: 7 },
    { hash: "d", size: limit },
  );
  await toLimit();
  expect((await objects()).map(String).sort()).toEqual(["a,c", "b"]);
});

test("storing beyond the limit has older ones evicted; what is about to go isn't counted, nor told of twice", async () => {
  for (const hash of ["a", "b", "c", "d"]) {
    await service.store(id, item({ nameHash: hash, size: 900 }));
    await platform.idle();
  }
  expect((await objects()).flat().sort()).toEqual(["a", "b"]);
  await Promise.all([toLimit(), toLimit(), toLimit()]);
  expect((await objects()).flat()).toHaveLength(2);
  await service.work();
  expect(await hashes(id)).toEqual(["c", "d"]);
  expect(await sizes(id)).toEqual({ kept: 1800, sum: 1800 });
});

test("thousands go in tasks of a thousand", async () => {
  await sql`
    INSERT INTO cache_entries (repository_id, name, name_hash, engine, mime, size, last_used_at)
    SELECT ${id}, 'n', 'h' || number, 'local', 'm', 1000, now() FROM generate_series(1, 2502) number`;
  await sql`UPDATE repositories SET cache_size = 2502000 WHERE id = ${id}`;
  await toLimit();
  expect((await objects()).map((hashes) => hashes?.length).sort()).toEqual([1000, 1000, 500].sort());
});

test("when the service says nothing it is told once more after a quarter of an hour, and after another the entry goes anyhow", async () => {
  const [entry] = await there({ hash: "lost", size: 30 }, { hash: "kept", size: 12 });
  await evict(entry);
  await platform.idle();
  expect(await objects()).toEqual([["lost"]]);
  await ignore();
  await world.minutesPass(14);
  await platform.run(followEvictions, {});
  expect(await tasks()).toEqual([]);
  await world.minutesPass(1.1);
  await platform.run(followEvictions, {});
  expect(await objects()).toEqual([["lost"]]);
  expect(await sizes(id)).toEqual({ kept: 42, sum: 42 });
  await ignore();
  await quarterPasses();
  expect(await tasks()).toEqual([]);
  expect(await hashes(id)).toEqual(["kept"]);
  expect(await sizes(id)).toEqual({ kept: 12, sum: 12 });
});

test("a tool goes likewise", async () => {
  const entry = await service.store("tools", item({ nameHash: "lost tool" }));
  await platform.request("DELETE", `/v1/admin/tool_cache/${entry}`, { token: admin });
  await platform.idle();
  for (let times = 0; times < 2; times++) {
    expect(await tasks()).toEqual([{ task: "evict-tool", task_id: expect.any(String), objects: ["lost tool"] }]);
    await ignore();
    await quarterPasses();
  }
  expect(await tasks()).toEqual([]);
  expect(await hashes("tools")).toEqual([]);
});

test("an entry stays while the service hasn't taken its tasks, so that it finds the file when it does; but not for ever", async () => {
  const [entry] = await there({ hash: "waits" });
  await evict(entry);
  await platform.idle();
  for (let quarters = 0; quarters < 8; quarters++) await quarterPasses();
  expect(await objects()).toEqual([["waits"]]);
  expect(await hashes(id)).toEqual(["waits"]);
  await service.work();
  expect(await hashes(id)).toEqual([]);
  expect([...service.files]).toEqual([]);

  const [other] = await there({ hash: "never taken" });
  await evict(other);
  await platform.idle();
  for (let days = 0; days < 2; days++) {
    expect(await hashes(id)).toEqual(["never taken"]);
    await world.minutesPass(24 * 60 + 1);
    await platform.run(followEvictions, {});
  }
  expect(await hashes(id)).toEqual([]);
});

test("what is stored again meanwhile stays", async () => {
  const [entry] = await there({ hash: "again" });
  await evict(entry);
  await platform.idle();
  await ignore();
  expect(await service.store(id, item({ nameHash: "again", size: 5 }))).toBe(entry ?? 0);
  for (let quarters = 0; quarters < 3; quarters++) await quarterPasses();
  expect(await tasks()).toEqual([]);
  expect(await hashes(id)).toEqual(["again"]);
});

test("while Redis is down or forgets, nothing is lost and nothing goes without its file", async () => {
  const [first, second, third] = await there({ hash: "one" }, { hash: "two" }, { hash: "three" });
  await redis.stop();
  await evict(first);
  await evict(second);
  const tried = (attempts: number) =>
    until(
      async () => {
        // Again and again: what is being tried just now is due only later.
        await platform.letTimePass(600);
        const delivering = await platform.jobs.list({ name: "redis.deliver" });
        return delivering.filter(({ attempts: made }) => made >= attempts).length > 1;
      },
      () => "delivering wasn't tried",
    );
  await tried(1);
  // More than an hour, in which the rows aren't given up.
  for (let quarters = 1; quarters <= 5; quarters++) {
    await platform.letTimePass(15.1 * 60, [cacheEntries.evictionAskedAt]);
    await tried(quarters + 1);
    await platform.db.transaction((tx) => platform.jobs.enqueue(tx, followEvictions, {}));
    await until(
      async () => (await platform.jobs.list({ name: followEvictions.name })).every(({ state }) => state === "delayed"),
      () => "following evictions doesn't end",
    );
  }
  expect(await hashes(id)).toEqual(["one", "two", "three"]);
  await redis.start();
  await until(
    async () => {
      await platform.letTimePass(600);
      return Number(await redis.send("LLEN", list)) >= 2;
    },
    () => "not all arrived",
  );
  await redis.stop({ forgets: true });
  await redis.start();
  await evict(third);
  await world.minutesPass(61);
  await service.work();
  expect(await hashes(id)).toEqual([]);
  expect([...service.files]).toEqual([]);
  expect(await sizes(id)).toEqual({ kept: 0, sum: 0 });
});
