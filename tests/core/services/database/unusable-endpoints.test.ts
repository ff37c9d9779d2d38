import { afterAll, expect, test } from "bun:test";
import { openDatabase } from "../../../../core/services/database/database";
import { requireReachable } from "../../../../core/services/database/reach";
import type { Database } from "../../../../core/services/database/types";
import { createLogger } from "../../../../core/services/log/logger";
import { createTestDatabase } from "../../../../testing/databases";
import { type DatabaseEndpoint, type EndpointOptions, startDatabaseEndpoint } from "../../../support/database-endpoint";

const log = createLogger("silent");
const store = await createTestDatabase();
const endpoints: DatabaseEndpoint[] = [];
const opened: Database[] = [];
afterAll(async () => {
  for (const db of opened) await db.close(0);
  for (const endpoint of endpoints) endpoint.stop();
  await store.drop();
});

async function listen(options: EndpointOptions = {}): Promise<DatabaseEndpoint> {
  const endpoint = await startDatabaseEndpoint(store.url, options);
  endpoints.push(endpoint);
  return endpoint;
}

/** An address where nothing listens. */
async function closedPlace(): Promise<string> {
  const endpoint = await startDatabaseEndpoint(store.url);
  endpoint.stop();
  return endpoint.place;
}

function open(url: string, poolSize = 1): Database {
  const db = openDatabase({ url, poolSize, log });
  opened.push(db);
  return db;
}

const one = async (db: Database) => (await db.sql`SELECT 1 AS one`)[0]?.one;
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "none",
    (error: { code: string }) => error.code,
  );

test.concurrent("where connections are closed at once, a query fails after a few attempts, and the next ones after one each", async () => {
  const endpoint = await listen({ accepted: () => "close" });
  const db = open(endpoint.url);
  const began = performance.now();
  expect(await codeOf(one(db))).toBe("CONNECTION_CLOSED");
  expect(performance.now() - began).toBeGreaterThan(1000); // there are pauses between them
  const attempts = endpoint.count();
  expect(attempts).toBeGreaterThan(2);
  expect(attempts).toBeLessThan(10);
  expect(await codeOf(db.transaction((tx) => tx.sql`SELECT 1`))).toBe("CONNECTION_CLOSED");
  expect(endpoint.count()).toBe(attempts + 1);
});

test.concurrent("attempts grow rarer for a whole pool with queries that wait", async () => {
  const endpoint = await listen({ accepted: () => "close" });
  const db = open(endpoint.url, 4);
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => codeOf(one(db))));
  expect(outcomes).toEqual(Array.from({ length: 8 }, () => "CONNECTION_CLOSED"));
  expect(endpoint.count()).toBeLessThan(40);
});

test.concurrent("a server that says why it refuses is asked once a query, and ever more rarely", async () => {
  const endpoint = await listen({ said: () => "farewell" });
  const db = open(endpoint.url);
  const began = performance.now();
  for (let asked = 0; asked < 5; asked++) expect(await codeOf(one(db))).toBe("57P01");
  expect(endpoint.count()).toBe(5);
  expect(performance.now() - began).toBeGreaterThan(700); // five times the first delay would be 500 ms at most
});

test.concurrent("an endpoint that closes connections for a moment costs nothing, however old the pool is", async () => {
  let closing = 0;
  const endpoint = await listen({
    accepted: () => (closing-- > 0 ? "close" : "pass"),
    said: (text) => (text.includes("SELECT 7") ? "close" : "pass"),
  });
  const db = open(endpoint.url);
  for (let lost = 0; lost < 8; lost++) expect(await codeOf(db.sql`SELECT 7`.execute())).toBe("CONNECTION_CLOSED");
  closing = 3;
  expect(await one(db)).toBe(1);
});

test.concurrent("a pool whose endpoint went bad and came back works again", async () => {
  let bad = false;
  const endpoint = await listen({ accepted: () => (bad ? "close" : "pass"), said: () => (bad ? "close" : "pass") });
  const db = open(endpoint.url, 3);
  await Promise.all(Array.from({ length: 6 }, () => one(db)));
  bad = true;
  const failed = await Promise.all(Array.from({ length: 6 }, () => codeOf(one(db))));
  expect(failed).not.toContain("none");
  bad = false;
  expect(await Promise.all(Array.from({ length: 6 }, () => one(db)))).toEqual([1, 1, 1, 1, 1, 1]);
});

test.concurrent("at start it is told that the endpoint closes connections, and where", async () => {
  const endpoint = await listen({ accepted: () => "close" });
  const reach = requireReachable(open(endpoint.url), endpoint.url);
  await expect(reach).rejects.toThrow(
    new RegExp(
      `The database at ${endpoint.place}/${store.name} can't be reached: what listens there takes connections and closes them`,
    ),
  );
});

test.concurrent("a pool closed while it waits for its next attempt makes none", async () => {
  const endpoint = await listen({ accepted: () => "close" });
  const db = openDatabase({ url: endpoint.url, poolSize: 1, log });
  const query = codeOf(one(db));
  while (endpoint.count() < 2) await Bun.sleep(1);
  await db.close(0);
  expect(await query).toBe("CONNECTION_DESTROYED");
  const attempts = endpoint.count();
  await Bun.sleep(600); // longer than the next attempt would have been away
  expect(endpoint.count()).toBe(attempts);
});

test.concurrent("of several hosts the next one is taken when one refuses, closes, resets or is silent", async () => {
  const good = await listen();
  const bad = [
    await closedPlace(),
    (await listen({ accepted: () => "close" })).place,
    (await listen({ accepted: () => "reset" })).place,
    (await listen({ accepted: () => "silence" })).place,
  ];
  for (const place of bad) {
    const url = good.url.replace(good.place, `${place},${good.place}`);
    expect(await one(open(`${url}?connect_timeout=1`))).toBe(1);
  }
});

test.concurrent("when none of several hosts can be used, the query fails", async () => {
  const url = (places: string[]) => `postgres://me@${places.join(",")}/app`;
  expect(await codeOf(one(open(url([await closedPlace(), await closedPlace()]))))).toBe("ECONNREFUSED");
  const closing = await listen({ accepted: () => "close" });
  expect(await codeOf(one(open(url([closing.place, closing.place]))))).toBe("CONNECTION_CLOSED");
  expect(closing.count()).toBeLessThan(20);
});

test.concurrent("of several hosts a primary is taken where a standby is merely preferred, and none where one is required", async () => {
  const [first, second] = [await listen(), await listen()];
  const url = first.url.replace(first.place, `${first.place},${second.place}`);
  expect(await one(open(`${url}?target_session_attrs=prefer-standby`))).toBe(1);
  expect(await one(open(`${url}?target_session_attrs=read-write`))).toBe(1);
  expect(await codeOf(one(open(`${url}?target_session_attrs=standby`)))).toBe("CONNECTION_DESTROYED");
});

test.concurrent("sslmode decides what happens with a server that has no TLS, or hangs up when asked for it", async () => {
  const plain = await listen();
  for (const mode of ["disable", "prefer"]) expect(await one(open(`${plain.url}?sslmode=${mode}`))).toBe(1);
  expect(await codeOf(one(open(`${plain.url}?sslmode=require`)))).not.toBe("none");
  const closing = await listen({ said: () => "close" });
  expect(await codeOf(one(open(`${closing.url}?sslmode=require`)))).toBe("CONNECTION_CLOSED");
  expect(closing.count()).toBeLessThan(10);
});
