import { rm } from "node:fs/promises";
import { processCommit } from "../../../../plugins/repositories/jobs/process-commit";
import { json, webhookUrl } from "../../../../testing/factories";
import { withoutDelays } from "../../../support/without-delays";
import type { Leased, WorkerWorld } from "../world";
import { crashes } from "./crashes";
import type { Happening, Step } from "./happenings";
import type { State, Taken } from "./laws";

/** A commit whose run is queued, to which things may happen. */
export interface CommitInAnyOrder {
  /** Lets something happen, and waits for all that follows from it. */
  take(step: Step): Promise<Taken>;
}

/** Makes the function that pushes such commits. */
export async function commitsInAnyOrder(world: WorkerWorld): Promise<() => Promise<CommitInAnyOrder>> {
  const { server, github, onGitHub, admin, token, repositoryId } = world;
  const { db, jobs } = server.app;
  const crash = await crashes(db);

  return async () => {
    await db.sql`DELETE FROM worker_jobs`;
    const parent = (await onGitHub.head()) ?? null;
    const sha = await onGitHub.commit({ files: { "main.c": crypto.randomUUID() } });
    const push = async (branch: string, before: string | null) =>
      await github.deliver("push", await github.payloads.push(onGitHub, { branch, before, after: sha }), {
        to: webhookUrl(server),
      });
    await push("main", parent);
    await withoutDelays(db, jobs.idle());

    const byId = `/v1/repositories/${repositoryId}/commits/${sha}`;
    const byName = `/v1/repositories/api/commits/${sha}`;
    let lease: Leased | undefined;
    const jobIds = new Set<string>();
    const taken = new Set<string>();
    let number = 0;

    async function state(): Promise<State> {
      const [row] = await db.sql<Omit<State, "told">[]>`
        SELECT s.status, s.job_id AS "jobId", s.canceling, c.issues_count AS counted,
               (SELECT coalesce(jsonb_agg(jsonb_build_object('plugin', k.plugin_name, 'status', k.status) ORDER BY k.id), '[]')
                  FROM checks k WHERE k.check_set_id = s.id) AS checks,
               (SELECT count(*) FROM issues i WHERE i.commit_id = c.id)::int AS issues,
               (SELECT count(*) FROM issues i WHERE i.commit_id = c.id AND ignored_at IS NULL)::int AS active,
               (SELECT jsonb_build_object('active', coalesce(sum(n.active), 0), 'ignored', coalesce(sum(n.ignored), 0))
                  FROM issue_counts n WHERE n.commit_id = c.id) AS kept,
               (SELECT coalesce(jsonb_agg(j.job_id), '[]') FROM worker_jobs j WHERE j.commit_id = c.id) AS queued,
               (SELECT coalesce(jsonb_agg(jsonb_build_object('name', b.name, 'issues', b.issues, 'entries',
                         (SELECT count(*) FROM issue_histories h WHERE h.branch_id = b.id)) ORDER BY b.id), '[]')
                  FROM branches b WHERE b.head_id = c.id) AS branches
          FROM check_sets s JOIN commits c ON c.id = s.commit_id WHERE c.sha = ${sha}`;
      if (!row) throw new Error("the commit has no check set");
      jobIds.add(row.jobId);
      const last = github.statuses({ sha, repository: onGitHub.name }).at(-1);
      return { ...row, told: last ? { state: last.state, description: last.description } : null };
    }

    const post = (path: string, body: object = {}) => server.request("POST", path, { token, body });
    const report = (body: object) => server.request("PATCH", `${byId}/checks`, { token, body });
    const reportAll = async (status: string, run: object) => {
      const answers: Response[] = [];
      for (const { plugin } of (await state()).checks)
        answers.push(await report({ plugin_name: plugin, status, error_output: "", ...run }));
      return answers;
    };
    const put = (run: object) => {
      number += 1;
      const found = { uid: `${sha}-${number}`, kind: "bug", file: "main.c", line_start: 1, line_end: 1, message: "m" };
      return server.request("PUT", `/v1/repositories/${repositoryId}/issues`, {
        token,
        body: { sha, source: "cocov/todo-comments:v1", issues: [found], ...run },
      });
    };
    const issueThatIs = async (ignored: boolean) => {
      const [row] = await db.sql<{ id: number }[]>`
        SELECT i.id FROM issues i JOIN commits c ON c.id = i.commit_id
         WHERE c.sha = ${sha} AND (ignored_at IS NOT NULL) = ${ignored} ORDER BY i.id LIMIT 1`;
      return row && `${byName}/issues/${row.id}/ignore`;
    };
    const fetchFor = (fetchId: string | undefined) =>
      db.transaction(async (tx) => {
        const [{ id } = { id: 0 }] = await tx.sql<{ id: number }[]>`SELECT id FROM commits WHERE sha = ${sha}`;
        await jobs.enqueue(tx, processCommit, { commitId: id, repositoryId, ...(fetchId ? { fetchId } : {}) });
      });
    const own = () => ({ job_id: lease?.job.job_id });
    const stale = async () => {
      const { jobId } = await state();
      return { job_id: [...jobIds].filter((id) => id !== jobId).at(-1) ?? crypto.randomUUID() };
    };

    const happen: Record<Happening, () => Promise<unknown>> = {
      push: () => push(`branch-${crypto.randomUUID()}`, null),
      "push again": () => push("main", parent),
      "re-run": () => server.request("POST", `${byName}/checks/re_run`, { token: admin }),
      cancel: () => server.request("DELETE", `${byName}/checks`, { token: admin }),
      async lease() {
        const answer = await world.ask();
        if (answer.status !== 200) return answer;
        lease = await json<Leased>(answer, 200);
        taken.add(lease.job.job_id);
      },
      begin: async () => lease && post(`${byId}/check_set/notify_in_progress`, own()),
      "report begun": async () => lease && reportAll("in_progress", own()),
      report: async () => lease && reportAll("completed", own()),
      fail: async () => lease && reportAll("errored", own()),
      "wrap up": async () => lease && post(`${byId}/checks/wrap_up`, own()),
      put: async () => lease && put(own()),
      async ignore() {
        const path = await issueThatIs(false);
        const body = { mode: number % 2 === 0 ? "ephemeral" : "permanent" };
        return path && server.request("POST", path, { token: admin, body });
      },
      async unignore() {
        const path = await issueThatIs(true);
        return path && server.request("DELETE", path, { token: admin });
      },
      async "lease runs out"() {
        if (!lease) return;
        await db.sql`
          UPDATE worker_jobs SET leased_until = now() - interval '1 second'
           WHERE job_id = ${lease.job.job_id} AND lease_id IS NOT NULL`;
        await world.endLostRuns();
      },
      "give back": async () => lease && world.post(`/v1/worker/leases/${lease.lease.id}/release`),
      async "late begin"() {
        const { jobId } = await state();
        // Nothing tells it from the word of a deployed worker that has the run.
        taken.add(jobId);
        return await post(`${byId}/check_set/notify_in_progress`);
      },
      "late report": () => reportAll("completed", {}),
      "late wrap up": () => post(`${byId}/checks/wrap_up`),
      "stale report": async () => report({ plugin_name: "cocov/tidy-lines", status: "completed", ...(await stale()) }),
      "stale begin": async () => post(`${byId}/check_set/notify_in_progress`, await stale()),
      "stale put": async () => put(await stale()),
      "stale wrap up": async () => post(`${byId}/checks/wrap_up`, await stale()),
      "old fetch": async () => fetchFor((await stale()).job_id),
      "fetch to show": () => fetchFor(undefined),
      async "files get lost"() {
        const glob = new Bun.Glob(`git_storage/*/${sha}.tar.zst`);
        for await (const path of glob.scan({ cwd: server.dataDir, absolute: true })) await rm(path);
      },
    };

    let before = await state();
    return {
      async take({ acts, crashAfter }) {
        await crash(crashAfter);
        const came = await Promise.all(
          acts.map((act) => happen[act]().catch((error: unknown) => brokenOff(error, crashAfter !== null))),
        );
        await withoutDelays(db, jobs.idle());
        await crash(null);
        await db.sql`UPDATE worker_jobs SET held_until = NULL`;
        const step = { acts, crashAfter, before, now: await state(), answers: statuses(came), taken };
        before = step.now;
        return step;
      },
    };
  };
}

/** Of whatever came that is an answer. */
const statuses = (came: readonly unknown[]): number[] =>
  came.flat().flatMap((answer) => (answer instanceof Response ? answer.status : []));

/** The test itself writes too. */
function brokenOff(error: unknown, expected: boolean): undefined {
  if (!expected || !(error instanceof Error) || !error.message.startsWith("crashed")) throw error;
}
