import { expect, test } from "bun:test";
import { json } from "../../../testing/factories";
import { type Leased, manifest, useWorkerWorld } from "./world";

const world = await useWorkerWorld();
const { server, token, admin } = world;

const renew = (lease: string, body = {}) => world.post(`/v1/worker/leases/${lease}/renew`, body);
const release = (lease: string) => world.post(`/v1/worker/leases/${lease}/release`);
const code = async (answer: Response) => ({ status: answer.status, ...(await answer.json()) }).code;
const statusOf = async (sha: string): Promise<string> => {
  const path = `/v1/repositories/api/commits/${sha}/checks`;
  return (await json<{ status: string }>(await server.request("GET", path, { token: admin }), 200)).status;
};
const cancel = (sha: string) => server.request("DELETE", `/v1/repositories/api/commits/${sha}/checks`, { token: admin });

test("a worker gets the run that a push caused, with all that it needs", async () => {
  const sha = await world.onGitHub.head();
  const before = Date.now();
  const { lease, job, archive } = await world.lease({ duration: 600 });
  expect(Date.parse(lease.expires_at) - before).toBeGreaterThan(590_000);
  expect(Date.parse(lease.expires_at) - Date.now()).toBeLessThanOrEqual(600_000);
  expect(job).toMatchObject({ org: "acme", repo: "api", repo_id: world.repositoryId, sha });
  expect(job.checks).toEqual([
    { plugin: "cocov/todo-comments:v1", envs: { LEVEL: "high" }, mounts: null },
    { plugin: "cocov/tidy-lines:v1", envs: null, mounts: null },
  ]);
  expect(job.git_storage).toMatchObject({ mode: "local", path: expect.stringContaining(`/${sha}`) });
  expect(archive).toEqual({
    url: `${server.url}/v1/worker/jobs/${job.job_id}/archive`,
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    size: expect.any(Number),
  });
  expect(manifest).toContain(job.checks[1]?.plugin ?? "nothing");
});

test("without a job the answer is empty", async () => {
  await world.queueRuns(0);
  const answer = await world.ask();
  expect(answer.status).toBe(204);
  expect(await answer.text()).toBe("");
});

test("twenty workers at once get each of a hundred jobs once", async () => {
  const queued = await world.queueRuns(100);
  const taken = await Promise.all(
    Array.from({ length: 20 }, async (_, worker) => {
      const jobs: string[] = [];
      for (;;) {
        const answer = await world.ask({ worker: `worker-${worker}` });
        if (answer.status === 204) return jobs;
        jobs.push((await json<Leased>(answer, 200)).job.job_id);
      }
    }),
  );
  expect(taken.flat().sort()).toEqual(queued.sort());
});

test("jobs are given out oldest first, and one that comes back keeps its place", async () => {
  const [first = "", second, third] = await world.queueRuns(3);
  const lost = await world.lease({ worker: "one" });
  const released = await world.lease({ worker: "two" });
  expect([lost.job.job_id, released.job.job_id]).toEqual([first, second ?? ""]);
  expect((await release(released.lease.id)).status).toBe(204);
  await world.runOut(first);
  const order = [await world.lease(), await world.lease(), await world.lease()].map(({ job }) => job.job_id);
  expect(order).toEqual([first, second ?? "", third ?? ""]);
});

test("renewing keeps a lease, for as long as asked from now on", async () => {
  await world.queueRuns(1);
  const { lease } = await world.lease({ duration: 30 });
  const renewed = await json<{ expires_at: string; canceling: boolean }>(await renew(lease.id, { duration: 3600 }), 200);
  expect(renewed.canceling).toBe(false);
  expect(Date.parse(renewed.expires_at) - Date.now()).toBeGreaterThan(3_500_000);
  expect((await world.ask()).status).toBe(204);
});

test("renewing is word from the worker: its run isn't taken for abandoned", async () => {
  const [jobId = ""] = await world.queueRuns(1);
  const { lease, job } = await world.lease();
  await world.post(`/v1/repositories/${job.repo_id}/commits/${job.sha}/check_set/notify_in_progress`);
  const { sql } = server.app.db;
  await sql`UPDATE check_sets SET last_callback_at = now() - interval '9 hours' WHERE job_id = ${jobId}`;
  expect((await renew(lease.id)).status).toBe(200);
  expect(
    await sql`
    SELECT last_callback_at > now() - interval '1 minute' AS lately FROM check_sets WHERE job_id = ${jobId}`,
  ).toMatchObject([{ lately: true }]);
});

test("reports of a worker whose job isn't leased change nothing until it says that it has it", async () => {
  await world.queueRuns(1);
  const { lease, job } = await world.lease();
  await release(lease.id);
  const commit = `/v1/repositories/${job.repo_id}/commits/${job.sha}`;
  const body = { plugin_name: "cocov/boom", status: "completed" };
  expect((await server.request("PATCH", `${commit}/checks`, { token, body })).status).toBe(204);
  expect(await code(await world.post(`${commit}/checks/wrap_up`))).toBe("checks.not_finished");
  expect(await statusOf(job.sha)).toBe("queued");
  await world.lease();
  expect((await server.request("PATCH", `${commit}/checks`, { token, body })).status).toBe(204);
  expect((await world.post(`${commit}/checks/wrap_up`)).status).toBe(204);
  expect(await statusOf(job.sha)).toBe("completed");
});

test("a lease that ran out is lost, even before somebody else takes the job", async () => {
  const [jobId = ""] = await world.queueRuns(1);
  const { lease } = await world.lease();
  await world.runOut(jobId);
  expect(await code(await renew(lease.id))).toBe("worker.lease_lost");
  expect(await code(await release(lease.id))).toBe("worker.lease_lost");
  const next = await world.lease();
  expect(next.job.job_id).toBe(jobId);
  expect(await code(await renew(lease.id))).toBe("worker.lease_lost");
  expect((await renew(next.lease.id)).status).toBe(200);
});

test("ids that are no lease are lost leases", async () => {
  for (const id of ["nonsense", "6f1c2b7e-4a53-4a0e-9a55-0d6a1e0c4b11", "%27%20OR%201=1"]) {
    const answer = await renew(id);
    expect([answer.status, await code(answer)]).toEqual([404, "worker.lease_lost"]);
    expect((await release(id)).status).toBe(404);
  }
});

test("a released job doesn't count as lost", async () => {
  const [jobId] = await world.queueRuns(1);
  for (let times = 0; times < 5; times += 1) {
    const { lease, job } = await world.lease();
    expect(job.job_id).toBe(jobId ?? "");
    expect((await release(lease.id)).status).toBe(204);
  }
});

test("after three leases that ran out the run ends as errored, with an output that says so", async () => {
  const [jobId = ""] = await world.queueRuns(1);
  let leased: Leased | undefined;
  for (let times = 0; times < 3; times += 1) {
    leased = await world.lease({ worker: "crashy" });
    await world.endLostRuns();
    expect(await statusOf(leased.job.sha)).toBe("queued");
    await world.runOut(jobId);
  }
  const sha = leased?.job.sha ?? "";
  expect((await world.ask()).status).toBe(204);
  await world.endLostRuns();
  expect(await statusOf(sha)).toBe("errored");
  const [{ output } = { output: null }] = await server.app.db.sql<{ output: string | null }[]>`
    SELECT k.error_output AS output FROM checks k JOIN check_sets s ON s.id = k.check_set_id WHERE s.job_id = ${jobId}`;
  expect(output).toContain("3 workers in a row");
  expect(output).toContain("crashy");
});

test("wrapping up ends the lease", async () => {
  await world.queueRuns(1);
  const { lease, job } = await world.lease();
  const commit = `/v1/repositories/${job.repo_id}/commits/${job.sha}`;
  const body = { plugin_name: "cocov/boom", status: "completed" };
  expect((await server.request("PATCH", `${commit}/checks`, { token, body })).status).toBe(204);
  expect((await world.post(`${commit}/checks/wrap_up`)).status).toBe(204);
  expect(await code(await renew(lease.id))).toBe("worker.lease_lost");
  expect(await statusOf(job.sha)).toBe("completed");
});

test("canceling a run that nobody has takes it off the queue", async () => {
  await world.queueRuns(1);
  const { lease, job } = await world.lease();
  await release(lease.id);
  expect((await cancel(job.sha)).status).toBe(204);
  expect(await statusOf(job.sha)).toBe("canceled");
  expect((await world.ask()).status).toBe(204);
});

test("a worker learns of a cancellation when it renews, and wrapping up ends the run as canceled", async () => {
  await world.queueRuns(1);
  const { lease, job } = await world.lease();
  await cancel(job.sha);
  expect(await statusOf(job.sha)).toBe("cancelling");
  expect((await json<{ canceling: boolean }>(await renew(lease.id), 200)).canceling).toBe(true);
  const commit = `/v1/repositories/${job.repo_id}/commits/${job.sha}`;
  const body = { plugin_name: "cocov/boom", status: "canceled" };
  await server.request("PATCH", `${commit}/checks`, { token, body });
  expect((await world.post(`${commit}/checks/wrap_up`)).status).toBe(204);
  expect(await statusOf(job.sha)).toBe("canceled");
});

test("a run that is being canceled isn't given out again: it ends when its worker gives it back or vanishes", async () => {
  await world.queueRuns(2);
  const givenBack = await world.lease();
  const vanished = await world.lease();
  await cancel(givenBack.job.sha);
  await cancel(vanished.job.sha);
  expect((await release(givenBack.lease.id)).status).toBe(204);
  expect(await statusOf(givenBack.job.sha)).toBe("canceled");
  await world.runOut(vanished.job.job_id);
  expect((await world.ask()).status).toBe(204);
  await world.endLostRuns();
  expect(await statusOf(vanished.job.sha)).toBe("canceled");
});

test("cancellations and workers that race for the same runs never leave one half canceled", async () => {
  await world.queueRuns(20);
  const rows = await server.app.db.sql<{ sha: string }[]>`
    SELECT c.sha FROM worker_jobs j JOIN commits c ON c.id = j.commit_id ORDER BY j.id`;
  const [leases] = await Promise.all([
    Promise.all(rows.map(() => world.ask())),
    Promise.all(rows.map(async ({ sha }) => expect((await cancel(sha)).status).toBe(204))),
  ]);
  const leased = await Promise.all(leases.filter(({ status }) => status === 200).map((answer) => json<Leased>(answer, 200)));
  const held = new Map(leased.map(({ job, lease }) => [job.sha, lease.id]));
  for (const { sha } of rows) {
    const lease = held.get(sha);
    expect(await statusOf(sha)).toBe(lease ? "cancelling" : "canceled");
    if (lease) expect(await json(await renew(lease), 200)).toMatchObject({ canceling: true });
  }
  expect(server.logs()).not.toContain("deadlock");
});

test("bad requests are told what is wrong", async () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ worker: "" }, "worker.missing_name"],
    [{ worker: null }, "worker.missing_name"],
    [{ worker: "  " }, "worker.missing_name"],
    [{ worker: "w".repeat(201) }, "request.malformed"],
    [{ wait: -1 }, "worker.invalid_wait"],
    [{ wait: 31 }, "worker.invalid_wait"],
    [{ wait: "soon" }, "worker.invalid_wait"],
    [{ duration: 29 }, "worker.invalid_duration"],
    [{ duration: 3601 }, "worker.invalid_duration"],
    [{ duration: 60.5 }, "worker.invalid_duration"],
  ];
  for (const [body, expected] of cases) {
    const answer = await world.ask(body);
    expect([answer.status, await code(answer)]).toEqual([400, expected]);
  }
  expect(await code(await renew("x", { duration: 1 }))).toBe("worker.invalid_duration");
});

test("only service tokens may talk to the queue", async () => {
  const routes = [
    ["POST", "/v1/worker/leases"],
    ["POST", "/v1/worker/leases/x/renew"],
    ["POST", "/v1/worker/leases/x/release"],
    ["GET", "/v1/worker/jobs"],
    ["GET", "/v1/worker/jobs/x/archive"],
  ] as const;
  for (const [method, path] of routes) {
    const refused = await server.request(method, path, { token: admin });
    expect([refused.status, await code(refused)]).toEqual([403, "auth.forbidden"]);
    expect((await server.request(method, path)).status).toBe(401);
  }
});

test("the list shows what waits and what is leased, by pages, without lease ids", async () => {
  const queued = await world.queueRuns(3);
  const { lease, job } = await world.lease({ worker: "ada's" });
  const answer = await server.request("GET", "/v1/worker/jobs?per_page=2", { token });
  const list: { jobs: Record<string, unknown>[]; paging: { total_pages: number } } = await answer.json();
  expect(list.jobs.map(({ job_id }) => job_id)).toEqual(queued.slice(0, 2));
  expect(list.jobs[0]).toMatchObject({
    state: "leased",
    worker: "ada's",
    repo: "api",
    sha: job.sha,
    expires_at: lease.expires_at,
  });
  expect(list.jobs[1]).toMatchObject({ state: "waiting", worker: null, expires_at: null, expiries: 0 });
  expect(list.paging.total_pages).toBe(2);
  expect(JSON.stringify(list)).not.toContain(lease.id);
  await world.runOut(job.job_id);
  const [expired] = (await json<typeof list>(await server.request("GET", "/v1/worker/jobs", { token }), 200)).jobs;
  expect(expired).toMatchObject({ state: "waiting", expiries: 1 });
  const beyond = await json<typeof list>(await server.request("GET", "/v1/worker/jobs?page=9", { token }), 200);
  expect(beyond).toEqual({ jobs: [], paging: expect.objectContaining({ page: 9, total_pages: 1 }) });
});
