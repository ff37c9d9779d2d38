import { afterAll, afterEach, expect, test } from "bun:test";
import { openDatabase } from "../../../../core/services/database/database";
import { isConnectionLoss } from "../../../../core/services/database/database-errors";
import { createLogger } from "../../../../core/services/log/logger";
import { createTestDatabase } from "../../../../testing/databases";
import { type DatabaseEndpoint, startDatabaseEndpoint, type Treatment } from "../../../support/database-endpoint";

const store = await createTestDatabase();
afterAll(() => store.drop());

let endpoint: DatabaseEndpoint;
afterEach(() => endpoint.stop());

/** A database whose connections end when a client says something, so many times. */
async function cutting(said: string, treatment: Treatment, times: number) {
  let cut = 0;
  endpoint = await startDatabaseEndpoint(store.url, {
    said: (text) => {
      if (cut >= times || !text.includes(said)) return "pass";
      cut += 1;
      return treatment;
    },
  });
  const db = openDatabase({ url: endpoint.url, poolSize: 1, log: createLogger("silent") });
  return { db, cut: () => cut };
}

const endings: Treatment[] = ["farewell", "close", "reset"];

test.each(endings)(
  "a connection that ends (%s) while it is being set up is made anew, and nothing is left unhandled",
  async (ending) => {
    const { db, cut } = await cutting("client_encoding", ending, 3);
    for (let asked = 0; asked < 3; asked++) {
      // A query that waits for a connection may fail with it; the next ones don't.
      await db.sql`SELECT 1`.catch((error: unknown) => expect(isConnectionLoss(error)).toBe(true));
    }
    expect([...(await db.sql`SELECT ARRAY[1, 2] AS list`)]).toEqual([{ list: [1, 2] }]);
    expect(cut()).toBe(3);
    await db.close();
  },
);

test.each(endings)(
  "a transaction whose connection ends (%s) before it begins rejects, and the next one works",
  async (ending) => {
    const { db } = await cutting("begin", ending, 2);
    const outcomes: string[] = [];
    for (let asked = 0; asked < 3; asked++) {
      const work = db.transaction(async (tx) => (await tx.sql`SELECT 1 AS one`)[0]?.one);
      outcomes.push(await work.then(String, () => "rejected"));
    }
    expect(outcomes).toEqual(["rejected", "rejected", "1"]);
    await db.close();
  },
);

test.each(endings)(
  "a connection that ends (%s) under a statement costs that one, in and out of transactions",
  async (ending) => {
    const { db } = await cutting("SELECT 7", ending, 2);
    const loss = { code: expect.stringMatching(/^(57P01|CONNECTION_CLOSED|ECONNRESET)$/) };
    await expect(Promise.resolve(db.sql`SELECT 7`)).rejects.toMatchObject(loss);
    expect([...(await db.sql`SELECT 1 AS one`)]).toEqual([{ one: 1 }]);
    await expect(db.transaction((tx) => tx.sql`SELECT 7`)).rejects.toMatchObject(loss);
    for (const one of [1, 2, 3]) expect([...(await db.sql`SELECT ${one}::int AS one`)]).toEqual([{ one }]);
    await db.close();
  },
);
