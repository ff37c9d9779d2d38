import { beforeEach, expect, test } from "bun:test";
import fc from "fast-check";
import { followEvictions } from "../../../plugins/cache/jobs";
import { until } from "../../system/world/until";
import { item, useCacheWorld } from "./world/cache-world";

const world = await useCacheWorld({ env: { COCOV_REPOSITORY_CACHE_MAX_SIZE: "60" } });
const { platform, service, admin, add, sizes, hashes } = world;
const { sql } = platform.db;
const shared = await add();

beforeEach(() => world.empty());

test("registering one thing many times at once makes one entry with one id", async () => {
  for (const owner of [shared.id, "tools"] as const) {
    const size = (index: number) => 1 + (index % 5);
    const ids = await Promise.all(
      Array.from({ length: 24 }, (_, index) => service.store(owner, item({ nameHash: "same", size: size(index) }))),
    );
    expect(new Set(ids).size).toBe(1);
    expect(await hashes(owner)).toEqual(["same"]);
  }
  const { kept, sum } = await sizes(shared.id);
  expect(kept).toBe(sum);
});

test("an id is never given again: not after a deletion, nor a purge, nor to what is registered at the same time", async () => {
  const seen = new Set<number>();
  for (let round = 0; round < 4; round++) {
    const ids = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        service.store(index % 2 === 0 ? shared.id : "tools", item({ nameHash: `h${index}` })),
      ),
    );
    for (const id of ids) {
      expect(seen).not.toContain(id);
      seen.add(id);
    }
    await Promise.all(
      [0, 2, 4].map((index) => service.send("DELETE", `/v1/repositories/${shared.id}/cache/h${index}`, { engine: "local" })),
    );
    await platform.request("POST", "/v1/admin/tool_cache/purge", { token: admin });
  }
  const [sequence] = await sql`SELECT pg_get_serial_sequence('cache_entries', 'id') AS name`;
  const [settings] = await sql`SELECT seqcycle, seqcache FROM pg_sequence WHERE seqrelid = ${sequence?.name}::regclass`;
  expect(settings).toEqual({ seqcycle: false, seqcache: 1 });
});

test("all tools are deleted while the Cache service is reminded of some and others are given up", async () => {
  for (const nameHash of ["told once", "being used", "told twice"]) await service.store("tools", item({ nameHash }));
  const told = (nameHash: string, times: number) => sql`
    UPDATE cache_entries SET evictions_asked = ${times}, eviction_asked_at = now() - interval '2 days' WHERE name_hash = ${nameHash}`;
  await told("told once", 1);
  await world.lastUsed("being used", 1);
  await told("told twice", 2);
  const waiting = (count: number) =>
    until(
      async () => (await sql`SELECT FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()`).length >= count,
      () => `nobody waits for number ${count}`,
    );
  const { purged, followed } = await platform.db.transaction(async (tx) => {
    await tx.sql`SELECT FROM cache_entries WHERE name_hash = 'being used' FOR UPDATE`;
    const purged = platform.request("POST", "/v1/admin/tool_cache/purge", { token: admin });
    await waiting(1);
    const followed = platform.run(followEvictions, {});
    await waiting(2);
    return { purged, followed };
  });
  expect((await purged).status).toBe(204);
  await followed;
  expect(await hashes("tools")).toEqual([]);
  expect(platform.logs()).not.toContain("deadlock");
});

const hash = fc.integer({ min: 0, max: 4 }).map((number) => `h${number}`);
const act = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constant("register" as const), hash, size: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constantFrom("delete", "evict", "touch", "look up" as const), hash }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constantFrom("purge", "work", "time passes" as const) }) },
);

test("whatever happens at once, a repository's size is the sum of its entries", async () => {
  const base = `/v1/repositories/${shared.id}/cache`;
  const settings = `/v1/repositories/${shared.name}/settings/cache`;
  const engine = "local";
  const ok = (status: number) => expect([200, 204, 404]).toContain(status);

  async function happen(happening: typeof act extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
    switch (happening.what) {
      case "register":
        await service.store(shared.id, item({ nameHash: happening.hash, size: happening.size }));
        return;
      case "delete":
        return ok((await service.send("DELETE", `${base}/${happening.hash}`, { engine })).status);
      case "touch":
        return ok((await service.send("PATCH", `${base}/${happening.hash}/touch`, { engine })).status);
      case "look up":
        return ok((await service.send("GET", `${base}/${happening.hash}/meta`, { engine })).status);
      case "evict": {
        const [row] = await sql`SELECT id FROM cache_entries WHERE name_hash = ${happening.hash}`;
        if (row) ok((await platform.request("DELETE", `${settings}/${row.id}`, { token: admin })).status);
        return;
      }
      case "purge":
        return ok((await platform.request("POST", `${settings}/purge`, { token: admin })).status);
      case "work":
        return void (await service.work());
      case "time passes":
        return await world.minutesPass(16);
    }
  }

  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(act, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 }),
      async (rounds) => {
        for (const round of rounds) {
          await Promise.all(round.map(happen));
          const { kept, sum } = await sizes(shared.id);
          expect(kept).toBe(sum);
        }
        await world.empty();
      },
    ),
    { numRuns: 25 },
  );
});

test("a repository that is deleted takes its entries along, whatever is registered meanwhile", async () => {
  const { id, name } = await add();
  const deleting = platform.request("POST", `/v1/repositories/${name}/settings/delete`, { token: admin });
  const stored = await Promise.allSettled(Array.from({ length: 20 }, () => service.store(id, item())));
  expect((await deleting).status).toBe(204);
  for (const one of stored) if (one.status === "rejected") expect(one.reason.message).toBe("there is no such repository");
  await platform.idle();
  expect(await hashes(id)).toEqual([]);
  expect(
    (
      await service.send("POST", `/v1/repositories/${id}/cache/`, {
        engine: "local",
        name: "n",
        name_hash: "h",
        size: "1",
        mime: "m",
      })
    ).status,
  ).toBe(404);
});
