import { afterAll, afterEach, expect, test } from "bun:test";
import { claimLost } from "../../../plugins/github/deliveries/claim-lost";
import { forgetOldDeliveries } from "../../../plugins/github/deliveries/forget";
import { sweepDeliveries } from "../../../plugins/github/deliveries/sweep";
import { webhookUrl } from "../../../testing/factories";
import { startGitHub } from "../../../testing/github";
import { startTestServer } from "../../../testing/server";

const github = await startGitHub();
const config = { plugins: { load: ["./tests/plugins/github/world/noting-plugin.ts"] } };
const server = await startTestServer({ env: github.environment(), config });
const { db, jobs } = server.app;
await db.sql`CREATE TABLE notes (handler text NOT NULL, payload text NOT NULL, sequence bigint NOT NULL, request text)`;
await db.sql`CREATE TABLE obstacles (handler text NOT NULL)`;
github.sendWebhooksTo(webhookUrl(server));
afterAll(async () => {
  await server.stop();
  await github.stop();
});
afterEach(async () => {
  github.clearFaults();
  await jobs.idle();
  await db.sql`TRUNCATE notes`;
});

async function sweep(): Promise<void> {
  await db.transaction((tx) => jobs.enqueue(tx, sweepDeliveries, {}));
  await jobs.idle();
  // GitHub takes its time with what it was asked for.
  await github.redelivered();
  await jobs.idle();
}
const asked = () => github.requests().filter(({ path }) => path.endsWith("/attempts")).length;
const noted = async () =>
  (
    await db.sql<
      { n: number }[]
    >`SELECT (payload::json->>'n')::int AS n FROM notes WHERE handler = 'noting.first' ORDER BY sequence`
  ).map(({ n }) => n);
const letPass = (time: string) => db.sql`UPDATE github_redeliveries SET asked_at = asked_at - ${time}::interval`;
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

test("what never arrived is sent again, the oldest first, and is handled once however often it is looked for", async () => {
  for (const n of [1, 2, 3]) github.loseDelivery("push", { n });
  await sweep();
  await sweep();
  expect(await noted()).toEqual([1, 2, 3]);
});

test("what is older than three days, and what arrived though GitHub doesn't know it, isn't asked for", async () => {
  github.loseDelivery("push", { n: 1 }, { at: daysAgo(3.01) });
  const { guid } = github.loseDelivery("push", { n: 2 });
  await github.deliver("push", { n: 2 }, { id: guid });
  const before = asked();
  await sweep();
  expect(asked()).toBe(before);
});

test("a delivery that arrived isn't asked for as long as GitHub remembers it", async () => {
  const { guid } = github.loseDelivery("push", { n: 1 }, { at: daysAgo(2.9) });
  await github.deliver("push", { n: 1 }, { id: guid });
  await jobs.idle();
  await db.sql`UPDATE github_deliveries SET received_at = now() - interval '70 hours'`;
  await forgetOldDeliveries(db);
  const before = asked();
  await sweep();
  expect(asked()).toBe(before);
});

test("all pages are read", async () => {
  github.loseDelivery("push", { n: 7 });
  const known = Array.from({ length: 110 }, (_, n) => github.loseDelivery("ping", { n }).guid);
  await db.sql`
    INSERT INTO github_deliveries (delivery_id, event, waiting, state) SELECT id, 'ping', '{}', 'processed' FROM unnest(${known}::text[]) AS id`;
  await sweep();
  expect(await noted()).toEqual([7]);
});

test("what GitHub couldn't be asked for is asked for by the next sweep", async () => {
  for (const n of [1, 2, 3]) github.loseDelivery("push", { n });
  const fault = github.fail({ method: "POST", match: "**/attempts", status: 403 });
  await db.transaction((tx) => jobs.enqueue(tx, sweepDeliveries, {}));
  while (fault.hits() === 0) await Bun.sleep(10);
  fault.clear();
  await sweep();
  expect(await noted()).toEqual([1, 2, 3]);
});

test("one that GitHub can't deliver is asked for five times at most, at growing distances", async () => {
  github.loseDelivery("push", { n: 1 });
  github.sendWebhooksTo("http://127.0.0.1:1/nobody");
  const before = asked();
  for (const [time, asks] of [
    ["0", 1],
    ["1 minute", 1],
    ["10 minutes", 2],
    ["10 minutes", 2],
    ["1 hour", 3],
    ["6 hours", 4],
    ["1 day", 5],
    ["3 days", 5],
  ] as const) {
    await letPass(time);
    await sweep();
    expect(asked() - before).toBe(asks);
  }
  github.sendWebhooksTo(webhookUrl(server));
});

test("two processes that sweep at once ask once for each", async () => {
  const ids = Array.from({ length: 50 }, () => crypto.randomUUID());
  const claims = await Promise.all([claimLost(db, ids, 100), claimLost(db, ids, 100), claimLost(db, ids.toReversed(), 100)]);
  expect(claims.flatMap((claimed) => [...claimed]).toSorted()).toEqual(ids.toSorted());
});
