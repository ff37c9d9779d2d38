import { describe, expect, test } from "bun:test";
import { forgetOldDeliveries } from "../../../plugins/github/deliveries/forget";
import { deliver, useNotingServers } from "./world/webhook-world";

const { servers, db, jobs, notes, delivery } = await useNotingServers(2);
const [server] = servers;

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`still waiting for: ${condition.toString()}`);
    await Bun.sleep(10);
  }
}

const attempted = (handler: string, attempts: number) => async () => {
  const rows = await db.sql`SELECT 1 FROM core_jobs
    WHERE payload->>'handler' = ${handler} AND attempts = ${attempts} AND running_token IS NULL AND last_error IS NOT NULL`;
  return rows.length === 1;
};

describe("a delivery", () => {
  test("reaches every handler of its event, with the payload as it was sent", async () => {
    const id = crypto.randomUUID();
    const body = '{"ref":"refs/heads/main","text":"äöü \\"quoted\\" {braces}, \\\\ NULL"}';
    await deliver(server, { body, delivery: id, requestId: "r-1" });
    await jobs.idle();
    const row = await delivery(id);
    const payload = JSON.stringify(JSON.parse(body));
    expect([...(await notes())]).toEqual([
      { handler: "noting.first", payload, sequence: row?.id ?? 0, request: "r-1" },
      { handler: "noting.second", payload, sequence: row?.id ?? 0, request: "r-1" },
    ]);
  });

  test("is handled as part of the request that brought it, however many are written together", async () => {
    const numbers = Array.from({ length: 40 }, (_, index) => `n-${index}`);
    await Promise.all(numbers.map((n) => deliver(server, { body: JSON.stringify({ n }), requestId: n })));
    await jobs.idle();
    const noted = await notes();
    expect(noted).toHaveLength(80);
    for (const { payload, request } of noted) expect(request).toBe(JSON.parse(payload).n);
  });

  test("keeps nothing but its id once all handlers are done", async () => {
    const id = crypto.randomUUID();
    await deliver(server, { delivery: id });
    await jobs.idle();
    expect(await delivery(id)).toMatchObject({ state: "processed", payload: null, waiting: [] });
  });

  test("acts once when it is sent again", async () => {
    const id = crypto.randomUUID();
    await deliver(server, { delivery: id });
    await jobs.idle();
    expect((await deliver(server, { delivery: id })).status).toBe(200);
    await jobs.idle();
    expect(await notes()).toHaveLength(2);
  });

  test("acts once when many copies arrive at two processes at the same time", async () => {
    const ids = Array.from({ length: 10 }, () => crypto.randomUUID());
    const copies = [...ids, ...ids.toReversed(), ...ids].map((id, index) =>
      deliver(servers[index % 2] ?? server, { delivery: id, body: JSON.stringify({ id }) }),
    );
    const statuses = (await Promise.all(copies)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    await jobs.idle();
    const noted = (await notes()).map(({ handler, payload }) => `${handler} ${JSON.parse(payload).id}`);
    expect(noted).toHaveLength(20);
    expect(new Set(noted).size).toBe(20);
  });

  test("acts again when its id was last seen more than two days ago", async () => {
    const id = crypto.randomUUID();
    await deliver(server, { delivery: id });
    await jobs.idle();
    await db.sql`UPDATE github_deliveries SET received_at = now() - interval '49 hours'`;
    await deliver(server, { delivery: id });
    await jobs.idle();
    expect(await notes()).toHaveLength(4);
    expect(await delivery(id)).toMatchObject({ state: "processed" });
  });

  test("is numbered when it arrives, in whichever process, however long its write waits and whatever its id is", async () => {
    const drawn = async () => Number((await db.sql`SELECT last_value FROM github_deliveries_id_seq`)[0]?.last_value);
    const [locked, unlock] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const blocking = db.transaction(async (tx) => {
      await tx.sql`LOCK TABLE github_deliveries IN SHARE ROW EXCLUSIVE MODE`;
      locked.resolve();
      await unlock.promise;
    });
    await locked.promise;
    const answers: Promise<Response>[] = [];
    for (let n = 0; n < 12; n += 1) {
      const before = await drawn();
      // The later, the smaller the id.
      const id = `${String(99 - n)}${crypto.randomUUID()}`;
      answers.push(deliver(servers[n % 2] ?? server, { delivery: id, body: JSON.stringify({ n }) }));
      await until(async () => (await drawn()) > before);
    }
    unlock.resolve();
    await blocking;
    for (const answer of answers) expect((await answer).status).toBe(200);
    await jobs.idle();
    const noted = (await notes()).filter(({ handler }) => handler === "noting.first");
    expect(noted.map(({ payload }) => JSON.parse(payload).n)).toEqual(Array.from({ length: 12 }, (_, n) => n));
  });

  test("gets a higher sequence than those recorded before it", async () => {
    for (const body of ['{"n":1}', '{"n":2}', '{"n":3}']) await deliver(server, { body });
    await jobs.idle();
    expect((await notes()).map(({ payload }) => JSON.parse(payload).n)).toEqual([1, 1, 2, 2, 3, 3]);
  });
});

describe("a handler that fails", () => {
  test("leaves nothing behind, doesn't undo the other one, and is repeated", async () => {
    const id = crypto.randomUUID();
    await db.sql`INSERT INTO obstacles VALUES ('noting.first')`;
    await deliver(server, { delivery: id });
    await until(attempted("noting.first", 1));
    await until(async () => (await notes()).length === 1);
    expect((await notes()).map(({ handler }) => handler)).toEqual(["noting.second"]);
    expect(await delivery(id)).toMatchObject({ state: "pending", payload: "{}", waiting: ["noting.first"] });
    await db.sql`TRUNCATE obstacles`;
    await jobs.idle();
    expect(await notes()).toHaveLength(2);
    expect(await delivery(id)).toMatchObject({ state: "processed", payload: null });
  });

  test("marks the delivery as failed with its last attempt, and can be revived", async () => {
    const id = crypto.randomUUID();
    await db.sql`INSERT INTO obstacles VALUES ('noting.second')`;
    await deliver(server, { delivery: id });
    await until(attempted("noting.second", 1));
    await db.sql`UPDATE core_jobs SET attempts = 11, handed_to = NULL, run_at = now()`;
    await jobs.idle();
    expect(await delivery(id)).toMatchObject({ state: "failed", payload: "{}", waiting: ["noting.second"] });
    const [dead] = await jobs.dead();
    await db.sql`TRUNCATE obstacles`;
    expect(await jobs.retry(dead?.id ?? "")).toBe(true);
    await jobs.idle();
    expect(await notes()).toHaveLength(2);
    expect(await delivery(id)).toMatchObject({ state: "processed", payload: null, waiting: [] });
  });
});

describe("a process that dies in a handler's last attempt", () => {
  test("leaves a delivery that has failed, and can be revived", async () => {
    const id = crypto.randomUUID();
    await db.sql`INSERT INTO obstacles VALUES ('noting.first')`;
    await deliver(server, { delivery: id });
    await until(attempted("noting.first", 1));
    await db.sql`TRUNCATE obstacles`;
    await db.sql`
      UPDATE core_jobs SET attempts = max_attempts, started_at = now(), handed_to = 'gone', handovers = handovers + 1,
             running_token = gen_random_uuid(), lease_until = now() - interval '1 second'
       WHERE payload->>'handler' = 'noting.first'`;
    await until(async () => (await delivery(id))?.state === "failed");
    expect(await delivery(id)).toMatchObject({ payload: "{}", waiting: ["noting.first"] });
    const [dead] = await jobs.dead();
    expect(await jobs.retry(dead?.id ?? "")).toBe(true);
    await jobs.idle();
    expect(await delivery(id)).toMatchObject({ state: "processed", payload: null, waiting: [] });
  });
});

describe("forgetting", () => {
  test("takes processed deliveries after four days and failed ones after thirty, never what waits", async () => {
    await db.sql`INSERT INTO github_deliveries (delivery_id, event, waiting, state, received_at) VALUES
      ('new', 'push', '{}', 'processed', now() - interval '95 hours'), ('old', 'push', '{}', 'processed', now() - interval '97 hours'),
      ('failed', 'push', '{x}', 'failed', now() - interval '29 days'), ('long failed', 'push', '{x}', 'failed', now() - interval '31 days'),
      ('waiting', 'push', '{x}', 'pending', now() - interval '90 days')`;
    await forgetOldDeliveries(db);
    const rows = await db.sql<{ name: string }[]>`SELECT delivery_id AS name FROM github_deliveries ORDER BY id`;
    expect(rows.map(({ name }) => name)).toEqual(["new", "failed", "waiting"]);
  });
});
