import { afterEach, expect, test } from "bun:test";
import { addRepository, json, serviceToken, signIn, webhookUrl } from "../../../testing/factories";
import { refusal, useAdminWorld } from "./world/admin-world";

const { github, server, db, jobs, root, ask } = await useAdminWorld();
github.sendWebhooksTo(webhookUrl(server));
const api = await github.addRepository({ name: "api", files: { a: "a" } });
const { id: repositoryId } = await addRepository(server, await serviceToken(server, root), "api");
await jobs.idle();
afterEach(async () => {
  await jobs.idle();
  await db.sql`TRUNCATE github_deliveries, core_jobs`;
});

interface Delivery {
  id: number;
  delivery_id: string;
  event: string;
  state: string;
  attempts: number;
  error: string | null;
}
const path = "/v1/admin/deliveries";
const list = async (query = "") =>
  await json<{ deliveries: Delivery[]; paging: { page: number; total_pages: number } }>(
    await ask("GET", `${path}${query}`),
    200,
  );
const redeliver = async (id: number | undefined) => (await ask("POST", `${path}/${id}/redeliver`)).status;

/** Has a rename fail for good. @returns what puts an end to its reason */
async function failing(name: string): Promise<() => Promise<void>> {
  await db.sql.unsafe(`
    CREATE FUNCTION stand_in_the_way() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$;
    CREATE TRIGGER stand_in_the_way BEFORE UPDATE OF name ON repositories FOR EACH ROW EXECUTE FUNCTION stand_in_the_way()`);
  api.rename(name);
  await github.deliver("repository", github.payloads.repository(api, "renamed"), { id: `renamed-${name}` });
  while ((await list("?state=failed")).deliveries.length === 0) {
    await db.sql`UPDATE core_jobs SET attempts = 11, handed_to = NULL, run_at = now() WHERE attempts BETWEEN 1 AND 10 AND running_token IS NULL`;
    await Bun.sleep(20);
  }
  return async () => void (await db.sql`DROP FUNCTION stand_in_the_way() CASCADE`);
}
const nameHere = async () =>
  (await db.sql<{ name: string }[]>`SELECT name FROM repositories WHERE id = ${repositoryId}`)[0]?.name;

test("deliveries are listed newest first, without what they carried, and by event and state", async () => {
  for (const [event, id] of [
    ["ping", "one"],
    ["public", "two"],
    ["ping", "three"],
  ] as const) {
    await github.deliver(event, github.payloads.public(api), { id });
    await jobs.idle();
  }
  const { deliveries, paging } = await list("?per_page=2");
  expect(deliveries.map(({ delivery_id }) => delivery_id)).toEqual(["three", "two"]);
  expect(paging).toMatchObject({ page: 1, total_pages: 2 });
  expect<unknown>(deliveries[1]).toEqual({
    id: expect.any(Number),
    delivery_id: "two",
    event: "public",
    state: "processed",
    received_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    attempts: 1,
    error: null,
  });
  expect((await list("?event=public&state=processed")).deliveries.map(({ delivery_id }) => delivery_id)).toEqual(["two"]);
  expect((await list("?state=failed")).deliveries).toEqual([]);
  expect(await refusal(await ask("GET", `${path}?state=odd`))).toEqual({ status: 400, code: "admin.unknown_delivery_state" });
});

test("one that failed says why, and is handled again from what was recorded, once, however often that is asked", async () => {
  const mend = await failing("api-2");
  const [failed] = (await list("?state=failed")).deliveries;
  expect(failed).toMatchObject({ attempts: 12, error: expect.stringContaining("not now") });
  await mend();
  const asked = github.requests().length;
  const statuses = await Promise.all([redeliver(failed?.id), redeliver(failed?.id), redeliver(failed?.id)]);
  expect(statuses).toEqual([204, 204, 204]);
  await jobs.idle();
  expect(
    github
      .requests()
      .slice(asked)
      .some(({ path: asked }) => asked.includes("/hook/")),
  ).toBe(false);
  expect((await list()).deliveries).toMatchObject([{ id: failed?.id, state: "processed", error: null }]);
  expect(await nameHere()).toBe("api-2");
  expect(await jobs.dead()).toEqual([]);
});

test("GitHub is asked for one of which nothing is left, behind the answer, also when it is down meanwhile", async () => {
  await github.deliver("public", github.payloads.public(api), { id: "gone" });
  await jobs.idle();
  const [gone] = (await list()).deliveries;
  await github.down();
  expect(await redeliver(gone?.id)).toBe(204);
  await github.up();
  await jobs.idle();
  await github.redelivered();
  expect(github.deliveries().filter(({ guid, redelivery }) => guid === "gone" && redelivery)).toHaveLength(1);
});

test("one that nobody knows, here or on GitHub, is no fault of the platform", async () => {
  expect(await redeliver(4711)).toBe(404);
  expect((await ask("POST", `${path}/x/redeliver`)).status).toBe(404);
  await db.sql`INSERT INTO github_deliveries (delivery_id, event, waiting, state) VALUES ('old', 'ping', '{}', 'processed')`;
  expect(await redeliver((await list()).deliveries[0]?.id)).toBe(204);
  await jobs.idle();
  expect(await jobs.dead()).toEqual([]);
});

test("nobody but admins sees deliveries or repeats them", async () => {
  const token = await signIn(server, github, "member");
  expect((await ask("GET", path, { token })).status).toBe(403);
  expect((await ask("POST", `${path}/1/redeliver`, { token })).status).toBe(403);
});
