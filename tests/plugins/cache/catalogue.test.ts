import { beforeEach, expect, test } from "bun:test";
import { json } from "../../../testing/factories";
import { item, useCacheWorld } from "./world/cache-world";

const world = await useCacheWorld();
const { platform, service, token, admin, add, sizes, hashes } = world;
const { id, name } = await add();
const artifacts = `/v1/repositories/${id}/cache`;
const tools = "/v1/cache/tools";
const both = [artifacts, tools];

beforeEach(() => world.empty());

/** What an answer says is wrong; undefined when nothing is. */
async function refusal(method: string, path: string, query: Record<string, string> = {}): Promise<string | undefined> {
  const { status, body } = await service.send(method, path, query);
  return status < 300 ? undefined : `${status} ${JSON.parse(body).code}`;
}

const complete = { engine: "local", name: "gems.tar", name_hash: "abc", size: "1", mime: "text/plain" };
const without = (...keys: (keyof typeof complete)[]) =>
  Object.fromEntries(Object.entries(complete).filter(([key]) => !keys.some((left) => left === key)));

test("an entry without one of its parts is refused, in their order", async () => {
  for (const base of both) {
    expect(await refusal("POST", base, {})).toBe("400 cache.missing_engine");
    expect(await refusal("POST", base, { ...complete, engine: " " })).toBe("400 cache.missing_engine");
    expect(await refusal("POST", base, { engine: "local" })).toBe("400 cache.missing_name");
    expect(await refusal("POST", base, without("name_hash", "size", "mime"))).toBe("400 cache.missing_name_hash");
    expect(await refusal("POST", base, without("size", "mime"))).toBe("400 cache.missing_size");
    expect(await refusal("POST", base, { ...without("mime"), size: "x" })).toBe("400 cache.invalid_size");
    expect(await refusal("POST", base, without("mime"))).toBe("400 cache.missing_mime");
    expect(await refusal("POST", base, complete)).toBeUndefined();
  }
});

test("the engine is asked for before anything else, then the repository", async () => {
  const nowhere = "/v1/repositories/999999/cache";
  const calls = [
    ["GET", ""],
    ["POST", ""],
    ["GET", "/abc/meta"],
    ["DELETE", "/abc"],
    ["PATCH", "/abc/touch"],
  ] as const;
  for (const [method, path] of calls) {
    for (const base of [...both, nowhere]) expect(await refusal(method, base + path)).toBe("400 cache.missing_engine");
    expect(await refusal(method, nowhere + path, { engine: "local" })).toBe("404 not_found");
  }
  expect(await refusal("GET", nowhere, { engine: "local", order: "odd" })).toBe("404 not_found");
  for (const base of both) {
    expect(await refusal("GET", base, { engine: "local", order: "odd" })).toBe("400 cache.invalid_order");
    for (const [method, path] of calls.slice(2))
      expect(await refusal(method, base + path, { engine: "s3" })).toBe("404 not_found");
  }
});

test("a size is a whole number of bytes, above zero, as text or as a number", async () => {
  const refused = ["0", "-1", "1.5", "1e3", "0x10", "+1", " 1", "١", "9007199254740993", "99999999999999999999"];
  for (const size of refused) {
    expect([size, await refusal("POST", artifacts, { ...complete, size })]).toEqual([size, "400 cache.invalid_size"]);
  }
  const { engine, ...body } = complete;
  for (const size of [0, -1, 1.5, [1], { bytes: 1 }]) {
    const answer = await platform.request("POST", `${artifacts}?engine=${engine}`, { token, body: { ...body, size } });
    expect([size, answer.status]).toEqual([size, 400]);
  }
  const answer = await platform.request("POST", artifacts, { token, body: { ...body, engine, size: 4_000_000_000_000 } });
  expect(await json<object>(answer, 200)).toMatchObject({ size: 4_000_000_000_000 });
  expect(await sizes(id)).toEqual({ kept: 4_000_000_000_000, sum: 4_000_000_000_000 });
});

test("a repository can't have more than can be counted, and what it has stays right", async () => {
  const half = { ...complete, size: "5000000000000000" };
  expect(await refusal("POST", artifacts, half)).toBeUndefined();
  expect(await refusal("POST", artifacts, { ...half, name_hash: "def" })).toBe("400 cache.invalid_size");
  expect(await refusal("POST", artifacts, { ...half, size: "9007199254740991" })).toBeUndefined();
  expect(await sizes(id)).toEqual({ kept: 9007199254740991, sum: 9007199254740991 });
  expect((await platform.request("GET", "/v1/admin/repositories", { token: admin })).status).toBe(200);
  for (const name_hash of ["x", "y"])
    expect(await refusal("POST", tools, { ...complete, name_hash, size: "9007199254740991" })).toBeUndefined();
  expect((await platform.request("GET", "/v1/admin/tool_cache", { token: admin })).status).toBe(200);
  const metrics = await (await platform.request("GET", "/metrics", { token: await platform.serviceToken() })).text();
  expect(metrics).toContain(`cocov_cache_bytes ${3 * 9007199254740991}`);
});

test("what can't be stored is refused, and nothing is too long for an index", async () => {
  for (const key of ["name", "name_hash", "mime", "engine"]) {
    expect([key, await refusal("POST", artifacts, { ...complete, [key]: "a\0b" })]).toEqual([key, "400 request.malformed"]);
  }
  expect(await refusal("POST", artifacts, { ...complete, name_hash: "é".repeat(513) })).toBe("400 request.malformed");
  const long = { ...complete, name: "n".repeat(3000), mime: "m".repeat(3000), engine: "é".repeat(64) };
  expect(await refusal("POST", artifacts, { ...long, name_hash: "🦀".repeat(256) })).toBeUndefined();
});

test("registering again what is there replaces it under the same id", async () => {
  for (const [owner, base] of [
    [id, artifacts],
    ["tools", tools],
  ] as const) {
    const first = await service.store(owner, item({ nameHash: "again", name: "old", size: 100 }));
    await world.lastUsed("again", 5000);
    const second = await service.store(owner, item({ nameHash: "again", name: "new", size: 30 }));
    expect(second).toBe(first);
    expect(await service.handOut(owner, "again")).toMatchObject({ id: first, name: "new", size: 30 });
    expect(await hashes(owner)).toEqual(["again"]);
    const [row] = await platform.db
      .sql`SELECT last_used_at > now() - interval '1 minute' AS recent FROM cache_entries WHERE id = ${first}`;
    expect(row?.recent).toBe(true);
    // The same hash of another engine is something else.
    const { body } = await service.send("POST", base, { ...complete, engine: "s3", name_hash: "again" });
    expect(JSON.parse(body).id).not.toBe(first);
  }
  expect(await sizes(id)).toEqual({ kept: 31, sum: 31 });
});

test("lists show one engine: the newest first, or what was used least recently, and what never was before all", async () => {
  for (const [owner, base] of [
    [id, artifacts],
    ["tools", tools],
  ] as const) {
    for (const nameHash of ["a", "b", "c", "d", "e"]) await service.store(owner, item({ nameHash }));
    const ages = { a: 50, b: 300, c: null, d: 200, e: null };
    for (const [hash, age] of Object.entries(ages)) await world.lastUsed(hash, age);
    await service.send("POST", base, { ...complete, engine: "s3", name_hash: "elsewhere" });
    const listed = async (query: object) => {
      const { body } = await service.send("GET", `${base}/`, { engine: "local", ...query });
      const { artifacts, paging } = JSON.parse(body);
      return { hashes: artifacts.map(({ name_hash }: { name_hash: string }) => name_hash).join(""), paging };
    };
    expect((await listed({})).hashes).toBe("edcba");
    expect((await listed({ order: "created_at" })).hashes).toBe("edcba");
    expect((await listed({ order: "stale" })).hashes).toBe("cebda");
    expect(await listed({ order: "stale", page: "2", per_page: "2" })).toMatchObject({
      hashes: "bd",
      paging: { page: 2, total_pages: 3 },
    });
    await world.empty();
  }
});

test("members see the whole cache of their repository, the most recently used first", async () => {
  for (const nameHash of ["a", "b", "c"]) await service.store(id, item({ nameHash, name: nameHash, size: 10 }));
  await world.lastUsed("a", 10);
  await world.lastUsed("b", null);
  await service.send("POST", artifacts, { ...complete, engine: "s3", name: "d", name_hash: "d" });
  const shown = await json<object>(
    await platform.request("GET", `/v1/repositories/${name}/settings/cache`, { token: admin }),
    200,
  );
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const entry = (name: string, size: number) => ({ id: expect.any(Number), name, size, created_at: time, last_used_at: time });
  expect(shown).toEqual({
    repository: expect.objectContaining({ id }),
    enabled: true,
    storage_used: 31,
    storage_limit: 0,
    artifacts: [entry("d", 1), entry("c", 10), entry("a", 10), entry("b", 10)],
    paging: expect.objectContaining({ page: 1, total_pages: 1 }),
  });
});
