import { expect, setDefaultTimeout, test } from "bun:test";
import { jobProbes } from "../../../../core/services/http/probes";
import { useTestServer } from "../../../../testing/server";

setDefaultTimeout(20_000);

const pool = 5;
const server = await useTestServer({ env: { COCOV_DATABASE_POOL: String(pool) }, poolPatienceMs: 300 });
const { db } = server.app;

async function health(): Promise<[number, unknown]> {
  const answer = await server.request("GET", "/system/probes/health");
  return [answer.status, await answer.json()];
}

async function until(status: number): Promise<void> {
  while ((await health())[0] !== status) await Bun.sleep(20);
}

test("a process whose connections stay taken while somebody waits for one isn't healthy, until they are free again", async () => {
  expect(await health()).toEqual([200, { pong: true }]);
  const letGo = Promise.withResolvers<void>();
  const holders = Array.from({ length: pool }, () => db.transaction(() => letGo.promise));
  const waiting = db.sql`SELECT 1`.execute();
  await until(503);
  expect(await health()).toEqual([503, { pong: false }]);
  letGo.resolve();
  await Promise.all([...holders, waiting]);
  await until(200);
  expect(server.logs().match(/every database connection is taken and somebody waits for one/g)).toHaveLength(1);
  expect(server.logs()).toContain("database connections are free again");
});

test("a process that only runs jobs says so as well", async () => {
  let alive = true;
  const ask = jobProbes({ alive: () => alive, readiness: async () => ({ ready: true, checks: {} }) });
  const liveness = async () => {
    const answer = await ask(new Request("http://probes/system/probes/liveness"));
    return [answer.status, await answer.json()];
  };
  expect(await liveness()).toEqual([200, { ok: true }]);
  alive = false;
  expect(await liveness()).toEqual([503, { ok: false }]);
});
