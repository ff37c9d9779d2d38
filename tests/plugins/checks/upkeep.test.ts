import { describe, expect, test } from "bun:test";
import { type CommitUnderTest, manifestOf, paper, useChecksWorld } from "./world/checks-world";

const world = await useChecksWorld({ COCOV_CHECKS_CANCEL_TIMEOUT: "3000", COCOV_CHECKS_RUN_TIMEOUT: "4000" });
const { server } = world;

const upkeep = server.app.plugins
  .flatMap(({ parts }) => parts.jobs ?? [])
  .find(({ definition }) => definition.name === "checks.upkeep");

/** Has upkeep look after runs until the commit's has this status. */
async function untilStatus(commit: CommitUnderTest, status: string): Promise<void> {
  while ((await commit.show()).status !== status) await lookAfterRuns();
}

async function lookAfterRuns(): Promise<void> {
  await server.app.db.transaction(async (tx) => upkeep && server.app.jobs.enqueue(tx, upkeep.definition, {}));
  await server.app.jobs.idle();
}

/** Makes it so long ago that a Worker was heard. */
const silentFor = async (commit: CommitUnderTest, seconds: number) => {
  await server.app.db.sql`
    UPDATE check_sets SET last_callback_at = now() - make_interval(secs => ${seconds}) WHERE commit_id = ${commit.commitId}`;
};

describe("a run whose Worker has gone silent", () => {
  test("ends as errored, with a word on why in what was open", async () => {
    const commit = await world.commitWith(manifestOf("a/one", "a/two"));
    const { jobId } = paper.take(commit.commitId);
    await commit.begin();
    await commit.report({ plugin_name: "a/one", status: "completed" });
    await silentFor(commit, 4001);
    await untilStatus(commit, "errored");
    const { checks } = await commit.show();
    expect(checks.map(({ status }) => status)).toEqual(["completed", "errored"]);
    const open = await (await commit.member("GET", `/checks/${checks[1]?.id}`)).json();
    expect(open.error_output).toContain("4000 seconds");
    expect((await commit.statuses()).at(-1)).toMatchObject({ state: "error" });
    expect(paper.told).toContain(`ended ${jobId}`);
    expect((await commit.wrapUp()).status).toBe(204);
    expect((await commit.reRun()).status).toBe(204);
  }, 30_000);

  test("ends as canceled when that was asked for, and can be started again", async () => {
    const commit = await world.commitWith(manifestOf("a/one"));
    paper.take(commit.commitId);
    await commit.cancel();
    await lookAfterRuns();
    expect(await commit.show()).toMatchObject({ status: "cancelling" });
    const { sql } = server.app.db;
    await sql`
      UPDATE check_sets SET canceling_since = now() - interval '3001 seconds', last_callback_at = NULL
       WHERE commit_id = ${commit.commitId}`;
    await untilStatus(commit, "canceled");
    expect(await commit.show()).toMatchObject({ checks: [{ status: "canceled" }] });
    expect((await commit.statuses()).at(-1)).toMatchObject({ state: "failure", description: "Checks were canceled" });
    expect((await commit.reRun()).status).toBe(204);
  }, 30_000);
});

describe("a run that isn't abandoned", () => {
  test("goes on: one that waits for a Worker, however long, also because one gave it back, and one that was heard of lately", async () => {
    const waiting = await world.commitWith(manifestOf("a/one"));
    await server.app.db.sql`UPDATE check_sets SET queued_at = now() - interval '9 days' WHERE commit_id = ${waiting.commitId}`;
    const heard = await world.takenWith(manifestOf("a/one"));
    await heard.begin();
    await silentFor(heard, 3000);
    const givenBack = await world.commitWith(manifestOf("a/one"));
    const run = paper.take(givenBack.commitId);
    await givenBack.begin();
    paper.queue.push(run);
    await silentFor(givenBack, 4001);
    const abandoned = await world.takenWith(manifestOf("a/one"));
    await abandoned.begin();
    await silentFor(abandoned, 4001);
    await untilStatus(abandoned, "errored");
    expect(await waiting.show()).toMatchObject({ status: "queued" });
    expect(await heard.show()).toMatchObject({ status: "in_progress" });
    expect(await givenBack.show()).toMatchObject({ status: "in_progress" });
  }, 30_000);
});

test("a queued run that was given to nothing, or to a transport that is off now, goes to the one there is", async () => {
  const commit = await world.commitWith(manifestOf("a/one"));
  for (const former of [null, "pigeon"]) {
    const { jobId } = paper.take(commit.commitId);
    await server.app.db.sql`UPDATE check_sets SET transport = ${former} WHERE commit_id = ${commit.commitId}`;
    while (!paper.queue.some((run) => run.jobId === jobId)) await lookAfterRuns();
    expect(await commit.show()).toMatchObject({ status: "queued" });
  }
  expect(paper.queue.filter(({ commitId }) => commitId === commit.commitId)).toHaveLength(1);
}, 30_000);

test("runs that can't be ended don't keep those behind them from being ended, however many they are", async () => {
  const { sql } = server.app.db;
  const before = await world.takenWith(manifestOf("a/one"));
  await sql`
    WITH made AS (
      INSERT INTO commits (repository_id, sha, author_name, author_email, message, clone_status)
      SELECT ${before.repositoryId}, lpad(n::text, 40, 'a'), 'Ada', 'ada@example.org', 'stuck', 'completed'
        FROM generate_series(1, 450) n RETURNING id)
    INSERT INTO check_sets (commit_id, status, job_id, transport, started_at, last_callback_at)
    SELECT id, 'in_progress', gen_random_uuid()::text, 'paper', now(), now() - interval '2 hours' FROM made`;
  await sql`CREATE FUNCTION stick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'stuck'; END $$`;
  await sql`
    CREATE TRIGGER stick BEFORE UPDATE ON commits FOR EACH ROW WHEN (NEW.message = 'stuck') EXECUTE FUNCTION stick()`;
  try {
    const behind = await world.takenWith(manifestOf("a/one"));
    for (const commit of [before, behind]) {
      await commit.begin();
      await silentFor(commit, 4001);
    }
    await Promise.all([untilStatus(before, "errored"), untilStatus(behind, "errored")]);
    expect(
      await sql`SELECT 1 FROM check_sets s JOIN commits c ON c.id = s.commit_id WHERE message = 'stuck' AND status = 'in_progress'`,
    ).toHaveLength(450);
  } finally {
    await sql`DROP FUNCTION stick CASCADE`;
    await sql`DELETE FROM commits WHERE message = 'stuck'`;
  }
}, 60_000);
