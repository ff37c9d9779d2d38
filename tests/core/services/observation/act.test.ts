import { expect, test } from "bun:test";
import { pino } from "pino";
import { z } from "zod";
import { openDatabase } from "../../../../core/services/database/database";
import type { Guard } from "../../../../core/services/http/guard";
import { route } from "../../../../core/services/http/route";
import { createHttpServer } from "../../../../core/services/http/server";
import { type Act, currentAct, during, noAct } from "../../../../core/services/observation/act";
import { createTestDatabase } from "../../../../testing/databases";

const log = pino({ level: "silent" });
const trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

const named: Guard<object, object> = {
  label: "whoever says a name",
  adds: {},
  errors: [],
  check: (context) => {
    context.actor = `user:${context.request.headers.get("x-name")}`;
    context.credential = "session";
    return {};
  },
};

/** A server on a pool of one connection, for which all requests have to queue up; its route answers what its transaction is by. */
async function serverOnOneConnection() {
  const database = await createTestDatabase();
  const db = openDatabase({ url: database.url, poolSize: 1, log });
  const server = createHttpServer({
    plugins: [
      {
        name: "acts",
        routes: [
          route({
            method: "GET",
            path: "/act",
            summary: "Show whose change this is",
            access: named,
            answers: { 200: z.record(z.string(), z.string().nullable()) },
            handle: () =>
              db.transaction(async (tx) => {
                const [row] = await tx.sql<{ slept: string }[]>`SELECT pg_sleep(random() * 0.01)::text AS slept`;
                return { ...tx.by, slept: row?.slept ?? null };
              }),
          }),
        ],
      },
    ],
    settings: { host: "127.0.0.1", port: 0, trustProxy: false },
    log,
  });
  return { server, close: () => db.close().then(() => database.drop()) };
}

test("each of many simultaneous requests makes its changes by its own act", async () => {
  const { server, close } = await serverOnOneConnection();
  const people = Array.from({ length: 30 }, (_, index) => `p${index}`);
  const seen = await Promise.all(
    people.map(async (name) => {
      const headers = { "x-name": name, "x-request-id": `request-${name}`, traceparent: trace };
      const answer = await server.handle(new Request("http://api.example.org/act", { headers }), "10.1.2.3");
      return await answer.json();
    }),
  );
  const expected = (name: string): Act & { slept: string } => ({
    requestId: `request-${name}`,
    actor: `user:${name}`,
    credential: "session",
    address: "10.1.2.3",
    trace,
    slept: "",
  });
  expect(seen).toEqual(people.map(expected));
  await close();
});

test.each(["", "nonsense", `${trace}0`, trace.replace("0af7", "0AF7"), `00-${"0".repeat(32)}-b7ad6b7169203331-01`])(
  "a trace that isn't well-formed is none: %p",
  async (sent) => {
    const { server, close } = await serverOnOneConnection();
    const answer = await server.handle(
      new Request("http://api.example.org/act", { headers: { "x-name": "ada", traceparent: sent } }),
    );
    expect((await answer.json()).trace).toBeNull();
    await close();
  },
);

test("outside of requests and jobs nobody acts", async () => {
  expect(currentAct()).toEqual(noAct);
  const act = { ...noAct, actor: "user:ada" };
  expect(await during(act, async () => currentAct())).toEqual(act);
  expect(currentAct()).toEqual(noAct);
});
