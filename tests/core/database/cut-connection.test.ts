import { afterAll, expect, test } from "bun:test";
import { connect, createServer, type Socket } from "node:net";
import { readConnectionUrl } from "../../../core/database/connection-options";
import { openDatabase } from "../../../core/database/database";
import { createLogger } from "../../../core/log";
import { createTestDatabase } from "../../support/databases";

const store = await createTestDatabase();
afterAll(() => store.drop());

/** What a backend says that an administrator terminates (https://www.postgresql.org/docs/current/protocol-error-fields.html). */
const fields = Buffer.from("SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0");
const farewell = Buffer.concat([Buffer.from("E"), Buffer.from(new Uint32Array([fields.length + 4]).buffer).swap32(), fields]);

/** Stands between client and server, and cuts connections on which the client says something, so many times. */
async function cuttingProxy(said: string, times: number): Promise<{ url: string; cut(): number; stop(): void }> {
  const { url, address } = readConnectionUrl(store.url);
  const path = `${address.host}/.s.PGSQL.${address.port}`;
  let cut = 0;
  const open = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(path);
    for (const socket of [client, server]) {
      open.add(socket);
      socket.on("error", () => undefined); // cut on purpose
    }
    client.on("data", (data) => {
      if (cut < times && data.includes(said)) {
        cut += 1;
        client.end(farewell);
        server.destroy();
      } else server.write(data);
    });
    server.on("data", (data) => client.write(data));
    client.on("close", () => server.destroy());
    server.on("close", () => client.destroy());
  });
  const port = await new Promise<number>((resolve) =>
    proxy.listen(0, "127.0.0.1", () => {
      const bound = proxy.address();
      resolve(typeof bound === "object" && bound !== null ? bound.port : 0);
    }),
  );
  const target = new URL(url);
  target.hostname = "127.0.0.1";
  target.port = String(port);
  return {
    url: target.href,
    cut: () => cut,
    stop() {
      proxy.close();
      for (const socket of open) socket.destroy();
    },
  };
}

test("a connection that is cut while it is being set up is made anew, and nothing is left unhandled", async () => {
  const proxy = await cuttingProxy("pg_catalog.pg_type", 3);
  const db = openDatabase({ url: proxy.url, poolSize: 1, log: createLogger("silent") });
  for (let asked = 0; asked < 4; asked++) {
    // A query that is on its way may fail with its connection; the next ones don't.
    await db.sql`SELECT 1`.catch(() => undefined);
  }
  expect([...(await db.sql`SELECT ARRAY[1, 2] AS list`)]).toEqual([{ list: [1, 2] }]);
  expect(proxy.cut()).toBe(3);
  await db.close();
  proxy.stop();
});

test("a transaction whose connection is cut before it begins rejects or commits, and the next one works", async () => {
  const proxy = await cuttingProxy("begin", 2);
  const db = openDatabase({ url: proxy.url, poolSize: 1, log: createLogger("silent") });
  const outcomes: string[] = [];
  for (let asked = 0; asked < 3; asked++) {
    const work = db.transaction(async (tx) => (await tx.sql`SELECT 1 AS one`)[0]?.one);
    outcomes.push(await work.then(String, () => "rejected"));
  }
  expect(outcomes).toEqual(["rejected", "rejected", "1"]);
  await db.close();
  proxy.stop();
});
