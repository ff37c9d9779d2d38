import { expect, setDefaultTimeout, test } from "bun:test";
import { rm } from "node:fs/promises";
import fc from "fast-check";
import { processCommit } from "../../../plugins/repositories/jobs/process-commit";
import { json, webhookUrl } from "../../../testing/factories";
import { type Leased, useWorkerWorld } from "./world";

setDefaultTimeout(120_000);

const world = await useWorkerWorld();
const { server, github, onGitHub, admin, token, repositoryId } = world;
const { db, jobs } = server.app;

/** What is known of a commit's run; nothing of it changes unless something may change it. */
interface State {
  status: string;
  jobId: string;
  canceling: boolean;
  checks: { plugin: string; status: string }[];
  issues: number;
}

/** Things that happen, in any order. `late` ones come from the worker of the run before, which doesn't say so. */
const happenings = [
  "push",
  "re-run",
  "cancel",
  "lease",
  "begin",
  "report",
  "fail",
  "wrap up",
  "put",
  "lease runs out",
  "give back",
  "late report",
  "late wrap up",
  "stale report",
  "stale begin",
  "stale put",
  "stale wrap up",
  "old fetch",
  "fetch to show",
  "files get lost",
] as const;
type Happening = (typeof happenings)[number];

async function newCommit() {
  await db.sql`DELETE FROM worker_jobs`;
  const before = await onGitHub.head();
  const sha = await onGitHub.commit({ files: { "main.c": crypto.randomUUID() } });
  const push = async (branch: string) =>
    await github.deliver("push", await github.payloads.push(onGitHub, { branch, before: before ?? null, after: sha }), {
      to: webhookUrl(server),
    });
  await push("main");
  await jobs.idle();

  const byId = `/v1/repositories/${repositoryId}/commits/${sha}`;
  const byName = `/v1/repositories/api/commits/${sha}`;
  let lease: Leased | undefined;
  const jobIds = new Set<string>();
  /** Runs that a worker had. */
  const taken = new Set<string>();
  let number = 0;

  const state = async (): Promise<State> => {
    const [row] = await db.sql<State[]>`
      SELECT s.status, s.job_id AS "jobId", s.canceling,
             (SELECT coalesce(jsonb_agg(jsonb_build_object('plugin', k.plugin_name, 'status', k.status) ORDER BY k.id), '[]')
                FROM checks k WHERE k.check_set_id = s.id) AS checks,
             (SELECT count(*) FROM issues i WHERE i.commit_id = c.id)::int AS issues
        FROM check_sets s JOIN commits c ON c.id = s.commit_id WHERE c.sha = ${sha}`;
    if (!row) throw new Error("the commit has no check set");
    jobIds.add(row.jobId);
    return row;
  };
  const post = (path: string, body: object = {}) => server.request("POST", path, { token, body });
  const report = (body: object) => server.request("PATCH", `${byId}/checks`, { token, body });
  const reportAll = async (status: string, run: object) => {
    for (const { plugin } of (await state()).checks) await report({ plugin_name: plugin, status, error_output: "", ...run });
  };
  const put = (run: object) => {
    number += 1;
    const found = { uid: `${sha}-${number}`, kind: "bug", file: "main.c", line_start: 1, line_end: 1, message: "m" };
    return server.request("PUT", `/v1/repositories/${repositoryId}/issues`, {
      token,
      body: { sha, source: "cocov/todo-comments:v1", issues: [found], ...run },
    });
  };
  const fetchFor = (fetchId: string | undefined) =>
    db.transaction(async (tx) => {
      const [{ id } = { id: 0 }] = await tx.sql<{ id: number }[]>`SELECT id FROM commits WHERE sha = ${sha}`;
      await jobs.enqueue(tx, processCommit, { commitId: id, repositoryId, ...(fetchId ? { fetchId } : {}) });
    });

  const own = () => (lease ? { job_id: lease.job.job_id } : {});
  const stale = async () => {
    const { jobId } = await state();
    const former = [...jobIds].filter((id) => id !== jobId);
    return { job_id: former.at(-1) ?? crypto.randomUUID() };
  };
  const refused = async (answer: Response) => expect((await json<{ code: string }>(answer, 409)).code).toBe("checks.stale_run");

  const happen: Record<Happening, () => Promise<unknown>> = {
    push: () => push(`branch-${crypto.randomUUID()}`),
    "re-run": () => server.request("POST", `${byName}/checks/re_run`, { token: admin }),
    cancel: () => server.request("DELETE", `${byName}/checks`, { token: admin }),
    async lease() {
      const answer = await world.ask();
      if (answer.status !== 200) return;
      lease = await json<Leased>(answer, 200);
      taken.add(lease.job.job_id);
    },
    begin: async () => lease && post(`${byId}/check_set/notify_in_progress`, own()),
    report: async () => lease && reportAll("completed", own()),
    fail: async () => lease && reportAll("errored", own()),
    "wrap up": async () => lease && post(`${byId}/checks/wrap_up`, own()),
    put: async () => lease && put(own()),
    async "lease runs out"() {
      if (!lease) return;
      await db.sql`
        UPDATE worker_jobs SET leased_until = now() - interval '1 second'
         WHERE job_id = ${lease.job.job_id} AND lease_id IS NOT NULL`;
      await world.endLostRuns();
    },
    "give back": async () => lease && world.post(`/v1/worker/leases/${lease.lease.id}/release`),
    "late report": () => reportAll("completed", {}),
    "late wrap up": () => post(`${byId}/checks/wrap_up`),
    "stale report": async () =>
      refused(await report({ plugin_name: "cocov/tidy-lines", status: "completed", ...(await stale()) })),
    "stale begin": async () => refused(await post(`${byId}/check_set/notify_in_progress`, await stale())),
    "stale put": async () => refused(await put(await stale())),
    "stale wrap up": async () => refused(await post(`${byId}/checks/wrap_up`, await stale())),
    "old fetch": async () => fetchFor((await stale()).job_id),
    "fetch to show": () => fetchFor(undefined),
    async "files get lost"() {
      const glob = new Bun.Glob(`git_storage/*/${sha}.tar.zst`);
      for await (const path of glob.scan({ cwd: server.dataDir, absolute: true })) await rm(path);
    },
  };
  return {
    state,
    taken,
    async happens(what: Happening) {
      await happen[what]();
      await jobs.idle();
      await db.sql`UPDATE worker_jobs SET held_until = NULL`;
    },
  };
}

const finished = ["completed", "errored", "canceled", "failure"];
const mayStayAsItIs: readonly Happening[] = ["put", "report", "fail", "late report"];

test("in whatever order things happen, a run that has ended stays as it is until it is started again, and only its worker ends it well", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...happenings), { minLength: 8, maxLength: 24 }), async (sequence) => {
      const commit = await newCommit();
      let before = await commit.state();
      for (const what of sequence) {
        await commit.happens(what);
        const now = await commit.state();
        if (finished.includes(before.status) && what !== "re-run") {
          // A worker may correct its own checks and add issues after the end; that doesn't change how the run ended.
          const ignored = mayStayAsItIs.includes(what) ? { checks: before.checks, issues: before.issues } : {};
          expect({ what, ...now, ...ignored }).toEqual({ what, ...before });
        }
        if (what !== "re-run") expect({ what, jobId: now.jobId }).toEqual({ what, jobId: before.jobId });
        if (what.startsWith("stale")) expect({ what, ...now }).toEqual({ what, ...before });
        if (now.status === "completed") expect([...commit.taken]).toContain(now.jobId);
        if (now.status === "completed" && before.status !== "completed")
          expect(now.checks.every(({ status }) => status === "completed")).toBe(true);
        expect(["waiting", "failure"]).not.toContain(now.status);
        before = now;
      }
    }),
    { numRuns: 12 },
  );
  expect(await jobs.dead()).toEqual([]);
});
