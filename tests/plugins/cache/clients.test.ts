import { expect, test } from "bun:test";
import { authorizeClient, restoreClients } from "../../../plugins/cache/clients";
import { until } from "../../system/world/until";
import { useCacheWorld } from "./world/cache-world";

// Its own way of giving runs out authorizes them as well.
const world = await useCacheWorld({ without: ["worker-redis"] });
const { platform, redis, admin } = world;
const { onGitHub, repository } = await platform.createRepository({ name: "api" });
const worker = await platform.serviceToken();
const manifest = { ".cocov.yaml": "version: 0.1.alpha\nchecks: [{ plugin: acme/lint }]" };
const value = JSON.stringify({ name: "api", id: repository.id });

interface Started {
  readonly key: string;
  readonly byId: string;
  readonly byName: string;
}

/** @returns a run that waits for a Worker */
async function start(): Promise<Started> {
  const { sha } = await platform.push(onGitHub, { files: { ...manifest, now: crypto.randomUUID() } });
  const byName = `/v1/repositories/api/commits/${sha}`;
  return { key: await keyOf(sha), byId: `/v1/repositories/${repository.id}/commits/${sha}`, byName };
}

async function keyOf(sha: string): Promise<string> {
  const [row] = await platform.db.sql<{ jobId: string }[]>`
    SELECT s.job_id AS "jobId" FROM check_sets s JOIN commits c ON c.id = s.commit_id
     WHERE c.repository_id = ${repository.id} AND c.sha = ${sha}`;
  return `cocov:cached:client:${row?.jobId}`;
}

async function call(method: string, path: string, { token = worker, body }: { token?: string; body?: object } = {}) {
  const { status } = await platform.request(method, path, { token, body });
  expect(status).toBeLessThan(300);
}
const begin = ({ byId }: Started) => call("POST", `${byId}/check_set/notify_in_progress`);
async function end(run: Started): Promise<void> {
  const { byId } = run;
  await begin(run);
  await call("PATCH", `${byId}/checks`, { body: { plugin_name: "acme/lint", status: "completed" } });
  await call("POST", `${byId}/checks/wrap_up`);
}

/** @returns what the Cache service reads, and for how many seconds from now on it does */
async function authorized({ key }: Started): Promise<{ value: unknown; seconds: number }> {
  return { value: await redis.send("GET", key), seconds: Number(await redis.send("TTL", key)) };
}
const fresh = { value, seconds: expect.any(Number) };

test("a run may use the cache for three hours from when it was queued, and again from when a Worker began, until it ends", async () => {
  const run = await start();
  const queued = await authorized(run);
  expect(queued).toEqual(fresh);
  expect(queued.seconds).toBeGreaterThan(10_700);
  expect(queued.seconds).toBeLessThanOrEqual(10_800);
  await redis.send("EXPIRE", run.key, 30);
  await begin(run);
  await platform.idle();
  expect((await authorized(run)).seconds).toBeGreaterThan(10_700);
  await end(run);
  await platform.idle();
  expect(await authorized(run)).toEqual({ value: null, seconds: -2 });
});

test("a canceled run may no longer, and the one that follows has an authorization of its own", async () => {
  const run = await start();
  await call("DELETE", `${run.byName}/checks`, { token: admin });
  await platform.idle();
  expect((await authorized(run)).value).toBeNull();
  await call("POST", `${run.byName}/checks/re_run`, { token: admin });
  await platform.idle();
  const again = { ...run, key: await keyOf(run.byName.split("/").at(-1) ?? "") };
  expect(again.key).not.toBe(run.key);
  expect(await authorized(again)).toEqual(fresh);
  expect((await authorized(run)).value).toBeNull();
});

test("what Redis has lost is authorized again, unless it has ended", async () => {
  const [waits, begun, ended] = [await start(), await start(), await start()];
  await begin(begun);
  await end(ended);
  await platform.idle();
  await redis.send("FLUSHALL");
  await platform.run(restoreClients, {});
  expect(await authorized(waits)).toEqual(fresh);
  expect(await authorized(begun)).toEqual(fresh);
  expect((await authorized(ended)).value).toBeNull();
  // Those that are there stay as they are.
  await redis.send("EXPIRE", waits.key, 30);
  await platform.run(restoreClients, {});
  expect((await authorized(waits)).seconds).toBeLessThanOrEqual(30);
});

test("while Redis is down runs go on, and afterwards each is authorized as it should be", async () => {
  const [before, during] = [await start(), await start()];
  await redis.stop();
  await end(before);
  await begin(during);
  await until(
    async () => (await platform.jobs.list({ name: authorizeClient.name })).every(({ attempts }) => attempts > 0),
    () => "not all was tried",
  );
  await redis.start();
  await until(
    async () => {
      // Again and again: what is being tried just now is due only later.
      await platform.letTimePass(600);
      return (await platform.jobs.list({ name: authorizeClient.name })).length === 0;
    },
    () => "not all was done",
  );
  expect((await authorized(before)).value).toBeNull();
  expect(await authorized(during)).toEqual(fresh);
  expect(await platform.jobs.dead()).toEqual([]);
});

test("a run's authorization goes with its repository", async () => {
  const run = await start();
  expect(await authorized(run)).toEqual(fresh);
  await call("POST", "/v1/repositories/api/settings/delete", { token: admin });
  await platform.idle();
  expect((await authorized(run)).value).toBeNull();
});
