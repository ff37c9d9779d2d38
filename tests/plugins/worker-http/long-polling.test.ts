import { expect, test } from "bun:test";
import { json, pushed } from "../../../testing/factories";
import { startTestServer } from "../../../testing/server";
import { type Leased, useWorkerWorld } from "./world";

const world = await useWorkerWorld();
const { server } = world;
const { sql } = server.app.db;

/** Puts all queued jobs out of sight, and back with the announcement that a transport makes. */
const hide = () => sql`UPDATE worker_jobs SET held_until = 'infinity'`;
const show = () =>
  server.app.db.transaction(async (tx) => {
    await tx.sql`UPDATE worker_jobs SET held_until = NULL`;
    await tx.sql.notify("worker_jobs", "");
  });
const connections = async () => {
  const [row] = await sql<{ count: number; listening: number }[]>`
    SELECT count(*)::int AS count, (count(*) FILTER (WHERE query ILIKE 'listen %'))::int AS listening
      FROM pg_stat_activity WHERE datname = current_database()`;
  return row ?? { count: 0, listening: 0 };
};
/** Until the callers have found nothing and wait. */
const settled = () => Bun.sleep(300);

test("a waiting worker gets the run of a push when it happens", async () => {
  await world.queueRuns(0);
  const waiting = world.ask({ wait: 30 });
  await settled();
  const { sha } = await pushed(server, world.github, world.onGitHub, { files: { "new.c": "int x;\n" } });
  const { job } = await json<Leased>(await waiting, 200);
  expect(job.sha).toBe(sha);
});

test("300 waiting workers cost no connection of their own, and as many as there are jobs get one each", async () => {
  const queued = await world.queueRuns(40);
  await hide();
  await world.ask();
  const before = await connections();
  const waiting = await Promise.all(Array.from({ length: 300 }, waitingCaller));
  await settled();
  const meanwhile = await connections();
  expect(meanwhile.listening).toBe(before.listening);
  expect(meanwhile.count).toBeLessThanOrEqual(server.app.installation.settings.databasePool + 2);
  await show();
  const answered = waiting.map(({ answer }) => answer);
  const jobs: string[] = [];
  while (jobs.length < queued.length) {
    const [answer, place] = await Promise.race(answered.map((each, index) => each.then((text) => [text, index] as const)));
    answered.splice(place, 1);
    jobs.push(/"job_id":"([^"]+)"/.exec(answer)?.[1] ?? answer);
  }
  expect(jobs.sort()).toEqual(queued.sort());
  for (const { leave } of waiting) leave();
  expect((await Promise.all(answered)).filter((answer) => answer !== "")).toEqual([]);
});

/** Bun's `fetch` has at most 256 requests under way. */
async function waitingCaller(): Promise<{ answer: Promise<string>; leave(): void }> {
  const answer = Promise.withResolvers<string>();
  let text = "";
  const { hostname, port, host } = new URL(server.url);
  const socket = await Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      data(from, bytes) {
        text += bytes.toString();
        const [head = "", body = ""] = text.split("\r\n\r\n");
        if (body !== "" && body.length >= Number(/content-length: (\d+)/i.exec(head)?.[1])) from.end();
      },
      close: () => answer.resolve(text),
    },
  });
  const body = JSON.stringify({ worker: "w", wait: 30 });
  const headers = [`host: ${host}`, `authorization: bearer ${world.token}`, "content-type: application/json"];
  socket.write(`POST /v1/worker/leases HTTP/1.1\r\n${headers.join("\r\n")}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  return { answer: answer.promise, leave: () => socket.end() };
}

test("the time is up after as many seconds as asked for, with an empty answer", async () => {
  await world.queueRuns(0);
  const answer = await world.ask({ wait: 1 });
  expect(answer.status).toBe(204);
});

test("a worker that goes away while it waits gets no lease", async () => {
  const [jobId] = await world.queueRuns(1);
  await hide();
  const leaving = new AbortController();
  const left = fetch(`${server.url}/v1/worker/leases`, {
    method: "POST",
    headers: { authorization: `bearer ${world.token}`, "content-type": "application/json" },
    body: JSON.stringify({ worker: "gone", wait: 30 }),
    signal: leaving.signal,
  }).catch(() => "left");
  await settled();
  const staying = world.ask({ wait: 30 });
  await settled();
  leaving.abort();
  expect(await left).toBe("left");
  await settled();
  await show();
  expect((await json<Leased>(await staying, 200)).job.job_id).toBe(jobId ?? "");
  const [row] = await sql<{ worker: string; expiries: number }[]>`SELECT worker, expiries FROM worker_jobs`;
  expect(row).toEqual({ worker: "w", expiries: 0 });
});

test("a job given back wakes another worker", async () => {
  const [jobId] = await world.queueRuns(1);
  const { lease } = await world.lease();
  const waiting = world.ask({ wait: 30 });
  await settled();
  await world.post(`/v1/worker/leases/${lease.id}/release`);
  expect((await json<Leased>(await waiting, 200)).job.job_id).toBe(jobId ?? "");
});

test("a lease that runs out is noticed by those who wait", async () => {
  const [jobId = ""] = await world.queueRuns(1);
  await world.lease();
  const waiting = world.ask({ wait: 30 });
  await settled();
  await world.runOut(jobId);
  expect((await json<Leased>(await waiting, 200)).job.job_id).toBe(jobId);
}, 20_000);

test("workers may wait at any process, and stopping one ends its waiting at once", async () => {
  const other = await startTestServer({
    databaseUrl: server.databaseUrl,
    dataDir: server.dataDir,
    env: { ...world.github.environment(), COCOV_SHUTDOWN_SECONDS: "30" },
  });
  try {
    const queued = await world.queueRuns(10);
    await hide();
    const waiting = Array.from({ length: 10 }, (_, n) => world.ask({ wait: 30 }, n % 2 === 0 ? server : other));
    await settled();
    await show();
    const leased = await Promise.all(waiting.map(async (answer) => json<Leased>(await answer, 200)));
    expect(leased.map(({ job }) => job.job_id).sort()).toEqual(queued.sort());

    const last = world.ask({ wait: 30 }, other);
    await settled();
    const [answer] = await Promise.all([last, other.stop()]);
    expect(answer.status).toBe(204);
  } finally {
    await other.stop();
  }
}, 20_000);
