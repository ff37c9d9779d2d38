import { describe, expect, test } from "bun:test";
import { type CommitUnderTest, manifestOf, paper, useChecksWorld } from "./world/checks-world";

const world = await useChecksWorld();
const { server, admin } = world;

const seconds = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
const millis = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

/** A commit with a completed, a failed, a running and a waiting check, that took 3.9 seconds. */
async function variedCommit(): Promise<CommitUnderTest> {
  const commit = await world.takenWith(manifestOf("cocov/slow", "cocov/rubocop", "cocov/boom", "Zeta/Late"));
  paper.issues.set(commit.commitId, 3);
  await commit.report({ plugin_name: "cocov/rubocop", status: "completed" });
  await commit.report({ plugin_name: "cocov/boom", status: "errored", error_output: "no memory" });
  await commit.report({ plugin_name: "Late", status: "in_progress" });
  await server.app.db.sql`
    UPDATE checks SET started_at = finished_at - interval '3.9 seconds' WHERE finished_at IS NOT NULL`;
  return commit;
}

describe("a commit's checks", () => {
  test("are shown by name, with times where they have some", async () => {
    const commit = await variedCommit();
    const answer = await commit.member("GET", "/checks");
    expect(answer.status).toBe(200);
    const body: Record<string, unknown> = await answer.json();
    expect(Object.keys(body)).toEqual(["repository", "commit", "checks", "issues", "status"]);
    expect(body).toMatchObject({
      repository: { id: commit.repositoryId, name: commit.onGitHub.name },
      commit: { sha: commit.sha, checks_status: "queued" },
      issues: { "cocov/rubocop": 3 },
    });
    expect(body.checks).toEqual([
      { id: expect.any(Number), plugin_name: "cocov/boom", status: "errored", started_at: seconds, finished_at: seconds },
      { id: expect.any(Number), plugin_name: "cocov/rubocop", status: "completed", started_at: seconds, finished_at: seconds },
      { id: expect.any(Number), plugin_name: "cocov/slow", status: "waiting" },
      { id: expect.any(Number), plugin_name: "Late", status: "in_progress", started_at: seconds },
    ]);
  });

  test("are summed up with durations and numbers of issues", async () => {
    const commit = await variedCommit();
    const answer = await commit.member("GET", "/checks/summary");
    expect(await answer.json()).toEqual([
      { name: "cocov/boom", started_at: millis, status: "errored", finished_at: millis, duration: 3 },
      { name: "cocov/rubocop", started_at: millis, status: "completed", finished_at: millis, duration: 3, issue_count: 3 },
      { name: "cocov/slow", started_at: null, status: "waiting" },
      { name: "Late", started_at: millis, status: "in_progress" },
    ]);
  });

  test("are an empty summary when nothing was started", async () => {
    const commit = await world.commitWith(null);
    expect(await (await commit.member("GET", "/checks/summary")).json()).toEqual([]);
  });
});

describe("one check", () => {
  test("comes with what its plugin printed when it failed, and without otherwise", async () => {
    const commit = await variedCommit();
    const [boom, rubocop] = (await commit.show()).checks;
    expect(await (await commit.member("GET", `/checks/${boom?.id}`)).json()).toEqual({ ...boom, error_output: "no memory" });
    expect(await (await commit.member("GET", `/checks/${rubocop?.id}`)).json()).toEqual({ ...rubocop });
  });

  test("isn't found under another commit, nor under what is no id", async () => {
    const commit = await world.takenWith(manifestOf("a/one"));
    const other = await world.takenWith(manifestOf("a/one"));
    const id = (await other.show()).checks[0]?.id;
    for (const wrong of [id, "0", "12abc", "99999999999999999999", "-1"]) {
      const answer = await commit.member("GET", `/checks/${wrong}`);
      expect([answer.status, (await answer.json()).code]).toEqual([404, "not_found"]);
    }
  });
});

test("an unknown repository or commit has no checks, whatever the case of the right one's name", async () => {
  const commit = await world.takenWith(manifestOf("a/one"));
  const status = async (path: string) =>
    (await server.request("GET", `/v1/repositories/${path}/checks`, { token: admin })).status;
  expect(await status(`nothing/commits/${commit.sha}`)).toBe(404);
  expect(await status(`${commit.onGitHub.name}/commits/${"0".repeat(40)}`)).toBe(404);
  expect(await status(`${commit.onGitHub.name.toUpperCase()}/commits/${commit.sha.toUpperCase()}`)).toBe(200);
});
