import { describe, expect, test } from "bun:test";
import { type CommitUnderTest, manifestOf, paper, useChecksWorld } from "./world/checks-world";

const world = await useChecksWorld();
const { server, admin, worker } = world;

/** The error code of an answer. */
const codeOf = async (answer: Response): Promise<[number, string]> => {
  const { code }: { code: string } = await answer.json();
  return [answer.status, code];
};

const checkNamed = async (commit: CommitUnderTest, name: string) => {
  const check = (await commit.show()).checks.find(({ plugin_name }) => plugin_name === name);
  if (!check) throw new Error(`there is no check ${name}`);
  const answer = await commit.member("GET", `/checks/${check.id}`);
  const shown: typeof check & { error_output?: string } = await answer.json();
  return shown;
};

describe("a report on a check", () => {
  test("moves it, with the times of its start and end", async () => {
    const commit = await world.takenWith(manifestOf("a/one", "a/two"));
    expect(await checkNamed(commit, "a/one")).not.toHaveProperty("started_at");
    expect((await commit.report({ plugin_name: "a/one", status: "in_progress" })).status).toBe(204);
    const running = await checkNamed(commit, "a/one");
    expect(running).toMatchObject({ status: "in_progress", started_at: expect.stringMatching(/^[\d-]{10}T[\d:]{8}Z$/) });
    expect(running).not.toHaveProperty("finished_at");
    await commit.report({ plugin_name: "a/one", status: "completed" });
    expect(await checkNamed(commit, "a/one")).toMatchObject({ status: "completed", finished_at: expect.any(String) });
    await commit.report({ plugin_name: "a/two", status: "canceled" });
    expect(await checkNamed(commit, "a/two")).toMatchObject({
      started_at: expect.any(String),
      finished_at: expect.any(String),
    });
    expect(await commit.show()).toMatchObject({ status: "queued" });
  });

  test("keeps what a failed plugin printed until the check ends otherwise", async () => {
    const commit = await world.takenWith(manifestOf("a/one"));
    await commit.report({ plugin_name: "a/one", status: "errored", error_output: "boom\n" });
    expect(await checkNamed(commit, "a/one")).toMatchObject({ status: "errored", error_output: "boom\n" });
    await commit.report({ plugin_name: "a/one", status: "completed", error_output: "ignored" });
    expect(await checkNamed(commit, "a/one")).not.toHaveProperty("error_output");
  });

  test.each([
    ["", "The plugin failed without printing anything."],
    ["  \n", "The plugin failed without printing anything."],
    ["record\0record \ud800!", "record\ufffdrecord \ufffd!"],
  ])("takes whatever a plugin printed: %j", async (printed, kept) => {
    const commit = await world.takenWith(manifestOf("a/one"));
    expect((await commit.report({ plugin_name: "a/one", status: "errored", error_output: printed })).status).toBe(204);
    expect(await checkNamed(commit, "a/one")).toMatchObject({ error_output: kept });
  });

  test("may be large; the end of what was printed is kept", async () => {
    const commit = await world.takenWith(manifestOf("a/one"));
    const printed = `${"x".repeat(3 * 1024 * 1024)} the last word`;
    expect((await commit.report({ plugin_name: "a/one", status: "errored", error_output: printed })).status).toBe(204);
    const { error_output = "" } = await checkNamed(commit, "a/one");
    expect(error_output.length).toBeLessThan(1024 * 1024 + 10);
    expect(error_output).toEndWith(" the last word");
  });

  test.each([
    ["ghcr.io/cocov/rubocop:v1", "ghcr.io/cocov/rubocop", "cocov/rubocop"],
    ["registry.example.org:5000/team/lint", "registry.example.org", "team/lint"],
    ["cocov-ci/rubocop", "cocov-ci/rubocop", "rubocop"],
    ["team/lint:v2", "TEAM/LINT", "team/lint"],
  ])("finds the check of %s when it names %s", async (image, reported, name) => {
    const commit = await world.takenWith(manifestOf("a/other", image));
    expect((await commit.report({ plugin_name: reported, status: "completed" })).status).toBe(204);
    expect(await checkNamed(commit, name)).toMatchObject({ status: "completed" });
    expect(await checkNamed(commit, "a/other")).toMatchObject({ status: "waiting" });
  });

  test("never opens a check again that has ended", async () => {
    const commit = await world.takenWith(manifestOf("a/one"));
    await commit.report({ plugin_name: "a/one", status: "completed" });
    for (const status of ["waiting", "in_progress"]) {
      expect((await commit.report({ plugin_name: "a/one", status })).status).toBe(204);
      expect(await checkNamed(commit, "a/one")).toMatchObject({ status: "completed" });
    }
  });

  test("is accepted after wrap-up and leaves the run as it ended", async () => {
    const commit = await world.takenWith(manifestOf("a/one"));
    await commit.finish("completed");
    expect((await commit.report({ plugin_name: "a/one", status: "errored", error_output: "late" })).status).toBe(204);
    expect(await commit.show()).toMatchObject({ status: "completed", checks: [{ status: "errored" }] });
  });

  test("is refused by what it lacks, in order, before anything is looked up", async () => {
    const unknown = "/v1/repositories/999999/commits/1234/checks";
    const report = async (body: unknown) => await codeOf(await server.request("PATCH", unknown, { token: worker, body }));
    expect(await report({})).toEqual([400, "checks.missing_plugin_name"]);
    expect(await report({ plugin_name: ["a"], status: "odd" })).toEqual([400, "checks.missing_plugin_name"]);
    expect(await report({ plugin_name: "a" })).toEqual([400, "checks.missing_status"]);
    expect(await report({ plugin_name: "a", status: "odd" })).toEqual([400, "checks.invalid_status"]);
    expect(await report({ plugin_name: "a", status: "errored" })).toEqual([400, "checks.missing_error_output"]);
    expect(await report({ plugin_name: "a", status: "errored", error_output: null })).toEqual([
      400,
      "checks.missing_error_output",
    ]);
    expect(await report({ plugin_name: "a", status: "completed" })).toEqual([404, "not_found"]);
  });

  test("is for service tokens only", async () => {
    const commit = await world.takenWith(manifestOf("a/one"));
    const path = `/v1/repositories/${commit.repositoryId}/commits/${commit.sha}`;
    for (const [method, rest] of [
      ["PATCH", "checks"],
      ["POST", "checks/wrap_up"],
      ["POST", "check_set/notify_in_progress"],
    ] as const) {
      expect((await server.request(method, `${path}/${rest}`)).status).toBe(401);
      expect(await codeOf(await server.request(method, `${path}/${rest}`, { token: admin }))).toEqual([403, "auth.forbidden"]);
    }
    expect((await commit.report({ plugin_name: "a/two", status: "completed" })).status).toBe(404);
  });
});

describe("a Worker that begins", () => {
  test("puts the run in progress and has its transport told, as often as it says so", async () => {
    const commit = await world.takenWith(manifestOf("a/one"));
    const { jobId } = commit;
    expect((await commit.begin()).status).toBe(204);
    expect((await commit.begin()).status).toBe(204);
    expect(await commit.show()).toMatchObject({ status: "in_progress", commit: { checks_status: "in_progress" } });
    expect(paper.told.filter((word) => word === `begun ${jobId}`)).toHaveLength(2);
  });

  test("changes nothing on a run that has ended or is being canceled, and finds none where none was started", async () => {
    const ended = await world.takenWith(manifestOf("a/one"));
    await ended.finish();
    expect((await ended.begin()).status).toBe(204);
    expect(await ended.show()).toMatchObject({ status: "completed" });
    const canceling = await world.takenWith(manifestOf("a/one"));
    await canceling.cancel();
    expect((await canceling.begin()).status).toBe(204);
    expect(await canceling.show()).toMatchObject({ status: "cancelling", commit: { checks_status: "queued" } });
  });
});

describe("wrapping up", () => {
  test("without issues completes the run and GitHub hears of none", async () => {
    const commit = await world.takenWith(manifestOf("a/one"));
    const { jobId } = commit;
    await commit.begin();
    await commit.finish();
    expect(await commit.show()).toMatchObject({ status: "completed", commit: { checks_status: "completed", issues_count: 0 } });
    expect((await commit.statuses()).at(-1)).toEqual({
      state: "success",
      description: "No issues found",
      target_url: `https://ui.example.org/repos/${commit.onGitHub.name}/commits/${commit.sha}/checks`,
    });
    expect(paper.told).toContain(`ended ${jobId}`);
  });

  test.each([
    [1, "1 issue found"],
    [12, "12 issues found"],
  ])("with %i active issues fails the commit", async (count, description) => {
    const commit = await world.takenWith(manifestOf("a/one"));
    paper.issues.set(commit.commitId, count);
    await commit.finish();
    expect(await commit.show()).toMatchObject({
      status: "completed",
      commit: { issues_count: count },
      issues: { "cocov/rubocop": count },
    });
    expect((await commit.statuses()).at(-1)).toEqual({
      state: "failure",
      description,
      target_url: `https://ui.example.org/repos/${commit.onGitHub.name}/commits/${commit.sha}/issues`,
    });
  });

  test("with a failed check ends as errored", async () => {
    const commit = await world.takenWith(manifestOf("a/one", "a/two"));
    await commit.report({ plugin_name: "a/one", status: "errored", error_output: "" });
    await commit.report({ plugin_name: "a/two", status: "completed" });
    expect((await commit.wrapUp()).status).toBe(204);
    expect(await commit.show()).toMatchObject({ status: "errored" });
    expect((await commit.statuses()).at(-1)).toMatchObject({ state: "error" });
  });

  test("is refused while a check is open, and changes nothing then", async () => {
    const commit = await world.takenWith(manifestOf("a/one", "a/two"));
    await commit.report({ plugin_name: "a/one", status: "completed" });
    expect(await codeOf(await commit.wrapUp())).toEqual([409, "checks.not_finished"]);
    expect(await commit.show()).toMatchObject({ status: "queued", commit: { issues_count: null } });
  });

  test("is refused where nothing was configured, and finds nothing where nothing was ever started", async () => {
    const empty = await world.commitWith(null);
    expect(await codeOf(await empty.wrapUp())).toEqual([409, "checks.not_finished"]);
    await server.app.db.sql`DELETE FROM check_sets WHERE commit_id = ${empty.commitId}`;
    for (const answer of [await empty.wrapUp(), await empty.begin(), await empty.reRun(), await empty.cancel()]) {
      expect(await codeOf(answer)).toEqual([404, "not_found"]);
    }
    expect(await empty.show()).toMatchObject({ status: "waiting", checks: [] });
  });

  test("takes effect once, however often and however simultaneously it is called", async () => {
    const commit = await world.takenWith(manifestOf("a/one"));
    await commit.report({ plugin_name: "a/one", status: "completed" });
    const answers = await Promise.all(Array.from({ length: 8 }, () => commit.wrapUp()));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(204));
    expect((await commit.wrapUp()).status).toBe(204);
    const wrappedUp = paper.events.filter((event) =>
      JSON.stringify(event).includes(`"wrappedUp":{"commitId":${commit.commitId},`),
    );
    expect(wrappedUp).toEqual([{ wrappedUp: expect.objectContaining({ issuesCount: 0, outcome: "completed" }) }]);
    expect((await commit.statuses()).map(({ state }) => state)).toEqual(["pending", "success"]);
  });

  test("isn't disturbed by pushes of the same commit at the same moment", async () => {
    const { github } = world;
    for (let round = 0; round < 4; round += 1) {
      const commit = await world.takenWith(manifestOf("a/one"));
      await commit.report({ plugin_name: "a/one", status: "completed" });
      const push = async (branch: string) =>
        await github.deliver("push", await github.payloads.push(commit.onGitHub, { branch, before: null, after: commit.sha }), {
          to: `${server.url}/v1/github/events`,
        });
      const answers = await Promise.all([push("x"), commit.wrapUp(), push("y"), commit.wrapUp(), commit.begin()]);
      expect(answers.every(({ ok, status }) => ok || status === 409)).toBe(true);
      await server.app.jobs.idle();
      expect(["completed", "queued"]).toContain((await commit.show()).status);
    }
    expect(server.logs()).not.toContain("deadlock");
  });

  test("needs no GitHub: the status is sent when it is back", async () => {
    const commit = await world.takenWith(manifestOf("a/one"));
    await commit.statuses();
    await world.github.down();
    try {
      await commit.finish();
    } finally {
      await world.github.up();
    }
    expect((await commit.statuses()).at(-1)).toMatchObject({ state: "success" });
  });
});

describe("a Worker that speaks of an earlier run", () => {
  /** A commit whose first run has ended and whose second waits for a Worker. */
  async function startedAgain() {
    const commit = await world.takenWith(manifestOf("a/one"));
    await commit.finish();
    expect((await commit.reRun()).status).toBe(204);
    await server.app.jobs.idle();
    return commit;
  }

  test("by repeating its last calls changes nothing while nobody has the new one", async () => {
    const commit = await startedAgain();
    const before = await commit.show();
    for (const status of ["completed", "errored", "in_progress"]) {
      expect((await commit.report({ plugin_name: "a/one", status, error_output: "" })).status).toBe(204);
    }
    expect(await codeOf(await commit.wrapUp())).toEqual([409, "checks.not_finished"]);
    expect(await commit.show()).toEqual(before);
    expect(before).toMatchObject({ status: "queued", checks: [{ status: "waiting" }] });
    expect((await commit.statuses()).map(({ state }) => state)).toEqual(["pending", "success", "pending"]);
  });

  test("doesn't keep the new one from being taken, begun and ended by who has it", async () => {
    const commit = await startedAgain();
    await commit.report({ plugin_name: "a/one", status: "completed" });
    paper.take(commit.commitId);
    await commit.begin();
    expect(await codeOf(await commit.wrapUp())).toEqual([409, "checks.not_finished"]);
    await commit.finish("errored");
    expect(await commit.show()).toMatchObject({ status: "errored" });
  });

  test("and says so is refused, however far the new run is, and changes nothing", async () => {
    const commit = await startedAgain();
    const stale = { job_id: commit.jobId };
    const refused: [number, string] = [409, "checks.stale_run"];
    const callAll = async () => {
      const before = await commit.show();
      expect(await codeOf(await commit.report({ plugin_name: "a/one", status: "completed", ...stale }))).toEqual(refused);
      expect(await codeOf(await commit.begin(stale))).toEqual(refused);
      expect(await codeOf(await commit.wrapUp(stale))).toEqual(refused);
      expect(await commit.show()).toEqual(before);
    };
    await callAll();
    const current = { job_id: paper.take(commit.commitId).jobId };
    await callAll();
    expect((await commit.begin(current)).status).toBe(204);
    await callAll();
    expect((await commit.report({ plugin_name: "a/one", status: "completed", ...current })).status).toBe(204);
    expect((await commit.wrapUp(current)).status).toBe(204);
    await callAll();
    expect((await commit.wrapUp(current)).status).toBe(204);
    expect(await commit.show()).toMatchObject({ status: "completed" });
  });
});
