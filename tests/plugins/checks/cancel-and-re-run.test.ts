import { describe, expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { checkSetStatuses } from "../../../plugins/checks/check-set/check-set-states";
import { runChecks } from "../../../plugins/checks/run/start-job";
import { destroyRepository } from "../../../plugins/repositories/jobs/destroy";
import { signIn } from "../../../testing/factories";
import { manifestOf, paper, useChecksWorld } from "./world/checks-world";

const world = await useChecksWorld();
const { server, github } = world;

const cancelsTold = (jobId: string): number => paper.told.filter((word) => word === `cancel ${jobId}`).length;
const queued = (commitId: number) => paper.queue.filter((run) => run.commitId === commitId);

describe("starting checks again", () => {
  test("makes everything new: checks, job and times", async () => {
    const commit = await world.commitWith(manifestOf("a/one"));
    const first = paper.take(commit.commitId);
    await commit.finish("errored");
    expect((await commit.reRun()).status).toBe(204);
    await server.app.jobs.idle();
    const shown = await commit.show();
    expect(shown).toMatchObject({ status: "queued", checks: [{ status: "waiting" }] });
    expect(shown.checks[0]).not.toHaveProperty("finished_at");
    const second = paper.take(commit.commitId);
    expect(second.jobId).not.toBe(first.jobId);
    expect(await paper.api?.run(server.app.db, first.jobId)).toBeUndefined();
    expect(
      paper.events.filter((event) => JSON.stringify(event).includes(`"started":{"commitId":${commit.commitId},`)),
    ).toHaveLength(2);
  });

  test("clears the reason of a former failure when the manifest is right by then", async () => {
    const commit = await world.commitWith(
      `version: 0.1.alpha\nchecks: [{ plugin: a/b, mounts: [{ source: "secrets:LATER", destination: "/x" }] }]`,
    );
    expect(await commit.show()).toMatchObject({ status: "failure", failure_details: "LATER" });
    paper.secrets.add("LATER");
    expect((await commit.reRun()).status).toBe(204);
    await server.app.jobs.idle();
    const shown = await commit.show();
    expect(shown.status).toBe("queued");
    expect(shown).not.toHaveProperty("failure_reason");
  });

  test("is refused while they run, or when nothing is configured", async () => {
    const running = await world.commitWith(manifestOf("a/one"));
    expect((await running.reRun()).status).toBe(409);
    await running.begin();
    const answer = await running.reRun();
    expect([answer.status, (await answer.json()).code]).toEqual([409, "checks.cannot_re_run_while_running"]);
    expect((await (await world.commitWith(null)).reRun()).status).toBe(409);
  });

  test("starts one run when several people ask at once", async () => {
    const commit = await world.commitWith(manifestOf("a/one"));
    paper.take(commit.commitId);
    await commit.finish();
    const answers = await Promise.all(Array.from({ length: 8 }, () => commit.reRun()));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, ...Array(7).fill(409)]);
    await server.app.jobs.idle();
    expect(queued(commit.commitId)).toHaveLength(1);
  });

  test("fetches the commit again when its files are gone from the storage", async () => {
    const commit = await world.commitWith(manifestOf("a/one"));
    await commit.finish();
    await rm(`${server.dataDir}/git_storage`, { recursive: true, force: true });
    await rm(`${server.dataDir}/git_cache`, { recursive: true, force: true });
    expect((await commit.reRun()).status).toBe(204);
    await server.app.jobs.idle(30_000);
    expect(await commit.show()).toMatchObject({ status: "queued", checks: [{ plugin_name: "a/one" }] });
  });
});

describe("canceling", () => {
  test("ends a run at once that no Worker has, with its open checks, and tells GitHub", async () => {
    const commit = await world.commitWith(manifestOf("a/one"));
    const [run] = queued(commit.commitId);
    expect((await commit.cancel()).status).toBe(204);
    expect(await commit.show()).toMatchObject({
      status: "canceled",
      checks: [{ status: "canceled", finished_at: expect.any(String) }],
    });
    expect(queued(commit.commitId)).toEqual([]);
    expect(cancelsTold(run?.jobId ?? "")).toBe(0);
    expect((await commit.statuses()).at(-1)).toMatchObject({ state: "failure", description: "Checks were canceled" });
  });

  test("asks the Worker that has the run, once, and ends with wrap-up", async () => {
    const commit = await world.commitWith(manifestOf("a/one", "a/two"));
    const { jobId } = paper.take(commit.commitId);
    await commit.begin();
    expect((await commit.cancel()).status).toBe(204);
    expect((await commit.cancel()).status).toBe(204);
    expect(cancelsTold(jobId)).toBe(1);
    expect(await commit.show()).toMatchObject({ status: "cancelling", commit: { checks_status: "in_progress" } });
    expect((await commit.reRun()).status).toBe(409);
    await commit.report({ plugin_name: "a/one", status: "errored", error_output: "" });
    await commit.report({ plugin_name: "a/two", status: "canceled" });
    expect((await commit.wrapUp()).status).toBe(204);
    expect(await commit.show()).toMatchObject({ status: "canceled", commit: { checks_status: "canceled" } });
    expect((await commit.statuses()).at(-1)).toMatchObject({ state: "failure", description: "Checks were canceled" });
    expect((await commit.reRun()).status).toBe(204);
  });

  test("counts a run as taken when its transport isn't sure", async () => {
    const commit = await world.commitWith(manifestOf("a/one"));
    const { jobId } = paper.take(commit.commitId);
    await commit.cancel();
    expect(await commit.show()).toMatchObject({ status: "cancelling", commit: { checks_status: "queued" } });
    expect(cancelsTold(jobId)).toBe(1);
    expect(await server.app.db.transaction((tx) => paper.entry(tx, jobId))).toBeNull();
    expect(await server.app.db.transaction(async (tx) => await paper.api?.takenBack(tx, jobId))).toBe(true);
    expect(await commit.show()).toMatchObject({ status: "canceled", checks: [{ status: "canceled" }] });
    expect(await server.app.db.transaction(async (tx) => await paper.api?.takenBack(tx, jobId))).toBe(false);
  });

  test("does nothing where nothing runs", async () => {
    const finished = await world.commitWith(manifestOf("a/one"));
    await finished.finish();
    expect((await finished.cancel()).status).toBe(204);
    expect(await finished.show()).toMatchObject({ status: "completed" });
    const empty = await world.commitWith(null);
    expect((await empty.cancel()).status).toBe(204);
    expect(await empty.show()).toMatchObject({ status: "not_configured" });
  });

  test("of a run that isn't queued yet keeps it from being queued", async () => {
    const commit = await world.commitWith(manifestOf("a/one"));
    await commit.finish();
    paper.queue.length = 0;
    const { db, jobs } = server.app;
    // What re-run leaves when it is answered, without the job that would go on at once.
    await db.sql`UPDATE check_sets SET status = 'waiting', finished_at = NULL, transport = NULL WHERE commit_id = ${commit.commitId}`;
    expect((await commit.cancel()).status).toBe(204);
    const [{ jobId } = { jobId: "" }] = await db.sql<{ jobId: string }[]>`
      SELECT job_id AS "jobId" FROM check_sets WHERE commit_id = ${commit.commitId}`;
    await db.transaction((tx) => jobs.enqueue(tx, runChecks, { commitId: commit.commitId, jobId }));
    await jobs.idle();
    expect(await commit.show()).toMatchObject({ status: "canceled" });
    expect(queued(commit.commitId)).toEqual([]);
  });

  test("does in every state what that state allows, and never tells a Worker twice", async () => {
    const commit = await world.commitWith(manifestOf("a/one"));
    const { jobId } = paper.take(commit.commitId);
    const { sql } = server.app.db;
    const become: Record<string, [status: string, canceling: boolean, told: number]> = {};
    for (const status of checkSetStatuses) {
      for (const canceling of [false, true]) {
        await sql`UPDATE check_sets SET status = ${status}, canceling = ${canceling} WHERE commit_id = ${commit.commitId}`;
        const before = cancelsTold(jobId);
        expect((await commit.cancel()).status).toBe(204);
        const [row] = await sql<{ status: string; canceling: boolean }[]>`
          SELECT status, canceling FROM check_sets WHERE commit_id = ${commit.commitId}`;
        become[`${status}${canceling ? ", canceling" : ""}`] = [
          row?.status ?? "",
          row?.canceling ?? false,
          cancelsTold(jobId) - before,
        ];
      }
    }
    const unchanged = (status: string, canceling = false) => [status, canceling, 0] as [string, boolean, number];
    const expected = Object.fromEntries(
      checkSetStatuses.flatMap((status) => [
        [status, unchanged(status)],
        [`${status}, canceling`, unchanged(status, true)],
      ]),
    );
    expect(become).toEqual({
      ...expected,
      waiting: ["canceled", false, 0],
      queued: ["queued", true, 1],
      in_progress: ["in_progress", true, 1],
    });
  });

  test("and starting again at the same moment, by many people, leaves one run or none", async () => {
    const commit = await world.commitWith(manifestOf("a/one"));
    paper.take(commit.commitId);
    await commit.finish();
    const answers = await Promise.all(Array.from({ length: 16 }, (_, n) => (n % 2 === 0 ? commit.reRun() : commit.cancel())));
    expect(answers.filter(({ status }) => status !== 204 && status !== 409)).toEqual([]);
    await server.app.jobs.idle();
    const { status, checks } = await commit.show();
    expect(["queued", "canceled"]).toContain(status);
    expect(queued(commit.commitId)).toHaveLength(status === "queued" ? 1 : 0);
    if (status === "canceled") expect(checks.filter((check) => check.status !== "canceled")).toEqual([]);
    expect((await commit.statuses()).at(-1)?.state).toBe(status === "queued" ? "pending" : "failure");
    expect((await commit.cancel()).status).toBe(204);
    expect((await commit.reRun()).status).toBe(204);
    await server.app.jobs.idle();
    expect(await commit.show()).toMatchObject({ status: "queued", checks: [{ status: "waiting" }] });
  });

  test("and wrapping up at the same moment ends the run once", async () => {
    for (let round = 0; round < 5; round += 1) {
      const commit = await world.commitWith(manifestOf("a/one"));
      paper.take(commit.commitId);
      await commit.report({ plugin_name: "a/one", status: "completed" });
      const answers = await Promise.all([commit.wrapUp(), commit.cancel(), commit.wrapUp(), commit.cancel()]);
      expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204]);
      const { status } = await commit.show();
      expect(["completed", "canceled"]).toContain(status);
      const ended = paper.events.filter((event) =>
        JSON.stringify(event).includes(`"wrappedUp":{"commitId":${commit.commitId},`),
      );
      expect(ended).toHaveLength(1);
    }
  });
});

describe("a transport that gives a run up", () => {
  test("ends it as errored with its reason, once", async () => {
    const commit = await world.commitWith(manifestOf("a/one"));
    const { jobId } = paper.take(commit.commitId);
    const giveUp = () =>
      server.app.db.transaction(async (tx) => await paper.api?.giveUp(tx, jobId, "Three Workers were lost."));
    expect(await giveUp()).toBe(true);
    expect(await giveUp()).toBe(false);
    const { status, checks } = await commit.show();
    expect(status).toBe("errored");
    const check = await (await commit.member("GET", `/checks/${checks[0]?.id}`)).json();
    expect(check).toMatchObject({ status: "errored", error_output: "Three Workers were lost." });
  });
});

describe("a repository that is deleted", () => {
  test("takes its runs from the queue, and from the Workers that have them", async () => {
    const commit = await world.commitWith(manifestOf("a/one"));
    const { jobId } = paper.take(commit.commitId);
    const { db, jobs } = server.app;
    await db.transaction((tx) => jobs.enqueue(tx, destroyRepository, { repositoryId: commit.repositoryId }));
    await jobs.idle();
    expect(cancelsTold(jobId)).toBe(1);
    expect(paper.told).toContain(`ended ${jobId}`);
    expect((await commit.wrapUp()).status).toBe(404);
  });
});

describe("somebody who can't see the repository", () => {
  test("finds nothing to read, start or cancel; a member does", async () => {
    const commit = await world.commitWith(manifestOf("a/one"));
    const stranger = await signIn(server, github, "eve");
    for (const [method, path] of [
      ["GET", "/checks"],
      ["GET", "/checks/summary"],
      ["GET", "/checks/1"],
      ["POST", "/checks/re_run"],
      ["DELETE", "/checks"],
    ] as const) {
      expect((await commit.member(method, path, stranger)).status).toBe(404);
    }
    expect(await commit.show()).toMatchObject({ status: "queued" });
    expect((await commit.member("DELETE", "/checks", world.worker)).status).toBe(204);
  });
});
