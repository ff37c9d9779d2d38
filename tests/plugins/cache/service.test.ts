import { beforeEach, expect, test } from "bun:test";
import { json } from "../../../testing/factories";
import { item, useCacheWorld } from "./world/cache-world";

const world = await useCacheWorld();
const { platform, redis, service, token, admin, add, sizes, hashes } = world;
const { id, name } = await add();
const other = await add();

beforeEach(() => world.empty());

test("what the deployed Cache service stores is in the catalogue, and is handed out again", async () => {
  const gems = item({ name: "gems & more.tar", size: 5000 });
  const entry = await service.store(id, gems);
  expect(await service.handOut(id, gems.nameHash)).toMatchObject({
    id: entry,
    name: "gems & more.tar",
    name_hash: gems.nameHash,
    size: 5000,
    mime: "application/x-tar",
    engine: "local",
  });
  expect(await sizes(id)).toEqual({ kept: 5000, sum: 5000 });
  expect(await service.handOut(id, "nothing")).toBeUndefined();
  const tool = item({ size: 7 });
  const toolId = await service.store("tools", tool);
  expect(await service.handOut("tools", tool.nameHash)).toMatchObject({ id: toolId, size: 7 });
  // Artifacts and tools, and the artifacts of two repositories, have nothing to do with each other.
  expect(await service.handOut(id, tool.nameHash)).toBeUndefined();
  expect(await service.handOut(other.id, gems.nameHash)).toBeUndefined();
});

test("what couldn't be stored after all leaves the catalogue", async () => {
  await service.failToStore(id, item({ nameHash: "failed" }));
  await service.failToStore("tools", item({ nameHash: "failed-tool" }));
  expect(await hashes(id)).toEqual([]);
  expect(await hashes("tools")).not.toContain("failed-tool");
  expect(await sizes(id)).toEqual({ kept: 0, sum: 0 });
});

test("hashes are found as the service writes them into paths, whatever is in them", async () => {
  // On the left what is registered, on the right what stands in paths: Go encodes there what has to be, and nothing that is.
  const spelled = {
    "with space": "with%20space",
    "a%2Fb": "a%2Fb",
    héllo: "h%C3%A9llo",
    "a+b=c&d": "a+b=c&d",
    "v1.2.3": "v1.2.3",
    "100%25": "100%25",
    [`long-${"x".repeat(500)}`]: `long-${"x".repeat(500)}`,
  };
  for (const [nameHash, written] of Object.entries(spelled)) {
    const entry = await service.store(id, item({ nameHash }));
    expect(await service.handOut(id, written)).toMatchObject({ id: entry, name_hash: nameHash });
    expect((await service.send("DELETE", `/v1/repositories/${id}/cache/${written}`, { engine: "local" })).status).toBe(204);
  }
  expect(await hashes(id)).toEqual([]);
});

test("whatever a path has in it, a lookup is answered with 404 when nothing is meant by it", async () => {
  const odd = [
    "%00",
    "%ff",
    "%",
    "%zz",
    "..",
    "a?b",
    "a#b",
    "%2e%2e",
    "%0a",
    "'",
    "x".repeat(6000),
    "%F0%9F%A6%80",
    "%ED%A0%80",
  ];
  for (const hash of odd) {
    for (const base of [`/v1/repositories/${id}/cache`, "/v1/cache/tools", "/v1/repositories/9223372036854775808/cache"]) {
      const { status } = await service.send("GET", `${base}/${hash}/meta`, { engine: "local" });
      expect({ hash: hash.slice(0, 20), status }).toEqual({ hash: hash.slice(0, 20), status: 404 });
    }
  }
});

test("times are never null, and count seconds", async () => {
  const never = item();
  await service.store(id, never);
  await world.lastUsed(never.nameHash, null);
  const { body } = await service.send("GET", `/v1/repositories/${id}/cache/`, { engine: "local" });
  const [listed] = JSON.parse(body).artifacts;
  expect(listed.last_used_at).toBe(listed.created_at);
  expect(listed.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const found = await service.handOut(id, never.nameHash);
  expect(found?.last_used_at).toBe(found?.created_at);
});

test("touching notes a use", async () => {
  const touched = item();
  await service.store(id, touched);
  await world.lastUsed(touched.nameHash, 9999);
  const path = `/v1/repositories/${id}/cache/${touched.nameHash}/touch`;
  expect(await service.send("PATCH", path, { engine: "local" })).toEqual({ status: 204, body: "" });
  const [row] = await platform.db.sql`
    SELECT last_used_at > now() - interval '60 seconds' AS recent FROM cache_entries WHERE name_hash = ${touched.nameHash}`;
  expect(row?.recent).toBe(true);
  expect((await service.send("PATCH", path, { engine: "s3" })).status).toBe(404);
});

test("an entry that is evicted leaves the catalogue when the service has deleted its file", async () => {
  const kept = item({ size: 10 });
  const evicted = item({ size: 32 });
  await service.store(id, kept);
  const entry = await service.store(id, evicted);
  expect((await platform.request("DELETE", `/v1/repositories/${name}/settings/cache/${entry}`, { token: admin })).status).toBe(
    204,
  );
  await platform.idle();
  // The row names the file until that is gone.
  expect(await sizes(id)).toEqual({ kept: 42, sum: 42 });
  const task = await service.take();
  expect(task).toEqual({ task: "evict-artifact", task_id: expect.any(String), repository: id, objects: [evicted.nameHash] });
  if (task) await service.perform(task);
  expect(await hashes(id)).toEqual([kept.nameHash]);
  expect(await sizes(id)).toEqual({ kept: 10, sum: 10 });
  expect(await redis.send("LLEN", "cocov:cached:housekeeping_tasks")).toBe(0);
});

test("a task that the service puts back is done after it has started again, and isn't sent twice by that", async () => {
  const evicted = item();
  const entry = await service.store(id, evicted);
  await platform.request("DELETE", `/v1/repositories/${name}/settings/cache/${entry}`, { token: admin });
  await platform.idle();
  const task = await service.take();
  if (!task) throw new Error("no task came");
  await service.putBack(task);
  await platform.letTimePass(120);
  await platform.idle();
  expect(await service.work()).toEqual([task]);
  expect(await hashes(id)).toEqual([]);
});

test("tools are evicted and purged by admins", async () => {
  const [one, two] = [item(), item()];
  const tool = await service.store("tools", one);
  await service.store("tools", two);
  const artifact = await service.store(other.id, item());
  await service.store("tools", one);
  const list = await json<object>(await platform.request("GET", "/v1/admin/tool_cache", { token: admin }), 200);
  expect(list).toMatchObject({ enabled: true, artifacts: [{ name_hash: one.nameHash }, { id: expect.any(Number) }] });
  expect((await platform.request("DELETE", `/v1/admin/tool_cache/${artifact}`, { token: admin })).status).toBe(404);
  expect((await platform.request("DELETE", `/v1/admin/tool_cache/${tool}`, { token: admin })).status).toBe(204);
  await platform.idle();
  expect(await service.work()).toEqual([{ task: "evict-tool", task_id: expect.any(String), objects: [one.nameHash] }]);
  expect(await hashes("tools")).toEqual([two.nameHash]);
  expect((await platform.request("POST", "/v1/admin/tool_cache/purge", { token: admin })).status).toBe(204);
  expect(await hashes("tools")).toEqual([]);
  await platform.idle();
  expect(await service.work()).toEqual([{ task: "purge-tool", task_id: expect.any(String) }]);
  expect([...service.files.keys()].filter((path) => path.startsWith("tools/"))).toEqual([]);
});

test("a purge deletes the rows at once and has the files deleted", async () => {
  await service.store(id, item());
  await service.store(id, item());
  await service.store(other.id, item({ size: 3 }));
  expect((await platform.request("POST", `/v1/repositories/${name}/settings/cache/purge`, { token: admin })).status).toBe(204);
  expect(await sizes(id)).toEqual({ kept: 0, sum: 0 });
  await platform.idle();
  expect(await service.work()).toEqual([{ task: "purge-repository", task_id: expect.any(String), repository: id }]);
  expect([...service.files.keys()].filter((path) => path.startsWith(`${id}/`))).toEqual([]);
  expect(await sizes(other.id)).toEqual({ kept: 3, sum: 3 });
});

test("a deleted repository's files are deleted as well", async () => {
  const { id, name } = await add();
  await service.store(id, item());
  expect((await platform.request("POST", `/v1/repositories/${name}/settings/delete`, { token: admin })).status).toBe(204);
  await platform.idle();
  expect(await service.work()).toEqual([{ task: "purge-repository", task_id: expect.any(String), repository: id }]);
  expect((await service.send("GET", `/v1/repositories/${id}/cache/`, { engine: "local" })).status).toBe(404);
});

test("a token of the Cache service opens its routes and nothing else", async () => {
  const statuses = async (paths: readonly string[]) =>
    await Promise.all(paths.map(async (path) => (await platform.request("GET", path, { token })).status));
  expect(await statuses(["/v1/cache/tools?engine=local", "/v1/repositories/$search", "/v1/admin/tool_cache"])).toEqual([
    200, 403, 403,
  ]);
});
