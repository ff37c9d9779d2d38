import { beforeEach, expect, test } from "bun:test";
import { until } from "../../system/world/until";
import { item, useCacheWorld } from "./world/cache-world";

const world = await useCacheWorld();
const { platform, service, add } = world;
const { sql } = platform.db;
const { id } = await add();
const owners = [id, "tools"] as const;

beforeEach(() => world.empty());

/** Looks an entry up as the deployed service does. */
const lookUp = (owner: number | "tools", nameHash: string) => service.handOut(owner, nameHash);

/** @returns seconds since an entry was used last */
async function unusedFor(nameHash: string): Promise<number> {
  const [row] = await sql<{ age: number }[]>`
    SELECT extract(epoch FROM now() - last_used_at)::float8 AS age FROM cache_entries WHERE name_hash = ${nameHash}`;
  return row?.age ?? Number.NaN;
}

test("a lookup is two statements, whose token it is and what there is, however much there is", async () => {
  for (const owner of owners) await service.store(owner, item({ nameHash: "wanted" }));
  const costs = async () => [
    await platform.statementsOf(() => lookUp(id, "wanted")),
    await platform.statementsOf(() => lookUp("tools", "wanted")),
  ];
  expect(await costs()).toEqual([2, 2]);
  await sql`
    INSERT INTO cache_entries (repository_id, name, name_hash, engine, mime, size, last_used_at)
    SELECT owner, 'n', 'h' || number, 'local', 'm', 1, now() FROM generate_series(1, 5000) number, unnest(ARRAY[${id}, NULL]::bigint[]) owner`;
  await sql`ANALYZE cache_entries`;
  expect(await costs()).toEqual([2, 2]);
});

test("a lookup is answered though the connections that it goes through break", async () => {
  for (const owner of owners) await service.store(owner, item({ nameHash: "steady" }));
  const path = (owner: number | "tools") =>
    owner === "tools" ? "/v1/cache/tools/steady/meta?engine=local" : `/v1/repositories/${owner}/cache/steady/meta?engine=local`;
  const token = await platform.serviceToken();
  for (let round = 0; round < 15; round += 1) {
    const asked = [...owners, ...owners, ...owners].map((owner) => platform.request("GET", path(owner), { token }));
    await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(asked.map(() => 200));
  }
});

test("a lookup counts as use, once a minute", async () => {
  for (const owner of owners) {
    const nameHash = `of-${owner}`;
    await service.store(owner, item({ nameHash }));
    await world.lastUsed(nameHash, 50);
    await lookUp(owner, nameHash);
    for (const unused of [70, null]) {
      await world.lastUsed(nameHash, unused);
      await lookUp(owner, nameHash);
      await until(
        async () => (await unusedFor(nameHash)) < 40,
        async () => `still unused for ${await unusedFor(nameHash)} s`,
      );
    }
  }
});

test("what was used a moment ago isn't written again", async () => {
  await service.store(id, item({ nameHash: "recent" }));
  await world.lastUsed("recent", 50);
  await lookUp(id, "recent");
  expect(await platform.statementsOf(() => lookUp(id, "recent"))).toBe(2);
  expect(await unusedFor("recent")).toBeGreaterThan(49);
});

test("a lookup is answered also when its use can't be written", async () => {
  await service.store(id, item({ nameHash: "unwritable" }));
  await world.lastUsed("unwritable", 500);
  await sql.unsafe(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no writing'; END $$;
                    CREATE TRIGGER refuse BEFORE UPDATE ON cache_entries FOR EACH ROW EXECUTE FUNCTION refuse()`);
  try {
    for (let times = 0; times < 5; times++) expect(await lookUp(id, "unwritable")).toMatchObject({ name_hash: "unwritable" });
    await until(
      () => platform.logs().includes("the use of a cache entry couldn't be noted"),
      () => "nothing was logged",
    );
    expect(await unusedFor("unwritable")).toBeGreaterThan(499);
  } finally {
    await sql.unsafe("DROP TRIGGER refuse ON cache_entries; DROP FUNCTION refuse()");
  }
});

test("a lookup waits for nobody who is changing the entry", async () => {
  await service.store(id, item({ nameHash: "busy" }));
  await world.lastUsed("busy", 500);
  const release = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const changing = platform.db.transaction(async (tx) => {
    await tx.sql`SELECT FROM cache_entries WHERE name_hash = 'busy' FOR UPDATE`;
    locked.resolve();
    await release.promise;
  });
  await locked.promise;
  for (let times = 0; times < 30; times++) expect(await lookUp(id, "busy")).toMatchObject({ name_hash: "busy" });
  release.resolve();
  await changing;
});
