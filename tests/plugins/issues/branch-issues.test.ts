import { expect, test } from "bun:test";
import { issue, manifest, type TestRepository, useIssuesWorld } from "./issues-world";

const world = await useIssuesWorld();
const { server, admin } = world;
const { sql } = server.app.db;

const plugins = ["cocov/one", "cocov/two"];
const queued = async (repository: TestRepository, branch = "main") =>
  (await repository.push({ branch, files: { "app.rb": crypto.randomUUID(), ".cocov.yaml": manifest(plugins) } })).sha;

/** A new commit whose run a Worker has begun. */
async function checked(repository: TestRepository, branch?: string): Promise<string> {
  const sha = await queued(repository, branch);
  await repository.begin(sha);
  return sha;
}

const branchIssues = async (repository: TestRepository, branch = "main") =>
  (await repository.get<{ issues: number | null }>(`/branches/${branch}`)).issues;
const commitIssues = async (repository: TestRepository, sha: string) =>
  (await repository.get<{ commit: { issues_count: number | null } }>(`/commits/${sha}/checks`)).commit.issues_count;

/** Points a branch at a commit that is there already, as a fast-forward does. */
async function move(repository: TestRepository, branch: string, sha: string): Promise<void> {
  const payload = {
    ref: `refs/heads/${branch}`,
    deleted: false,
    repository: { id: repository.onGitHub.id, name: repository.name },
    head_commit: { id: sha, message: "m", author: { name: "Ada", email: "ada@example.org" } },
  };
  const answer = await world.github.deliver("push", payload, { to: `${server.url}/v1/github/events` });
  expect(answer.status).toBe(200);
  await server.app.jobs.idle();
}

test("branches take the count at wrap-up, with one history entry each, and not before", async () => {
  const repository = await world.repository("wrapped");
  const sha = await checked(repository);
  await move(repository, "twin", sha);
  await repository.put(sha, [issue("a"), issue("b")], "cocov/one");
  expect([await branchIssues(repository), await repository.history("main")]).toEqual([null, []]);
  expect((await repository.finish(sha, plugins)).status).toBe(204);
  expect((await repository.finish(sha, [])).status).toBe(204);
  expect([await branchIssues(repository), await branchIssues(repository, "twin")]).toEqual([2, 2]);
  expect([await repository.history("main"), await repository.history("twin")]).toEqual([[2], [2]]);
});

test("a run that errored counts too", async () => {
  const repository = await world.repository("errored");
  const sha = await checked(repository);
  await repository.put(sha, [issue("a")], "cocov/one");
  await repository.finish(sha, plugins, "errored");
  expect([await branchIssues(repository), await repository.history("main")]).toEqual([1, [1]]);
});

test("branches that have moved on are left alone", async () => {
  const repository = await world.repository("moved-on");
  const old = await checked(repository);
  await checked(repository);
  await repository.put(old, [issue("a")], "cocov/one");
  await repository.finish(old, plugins);
  expect([await branchIssues(repository), await repository.history("main")]).toEqual([null, []]);
  expect(await commitIssues(repository, old)).toBe(1);
});

test("a canceled run changes neither branch nor history", async () => {
  const repository = await world.repository("canceled");
  const first = await checked(repository);
  await repository.put(first, [issue("a")], "cocov/one");
  await repository.finish(first, plugins);
  const sha = await queued(repository);
  await repository.put(sha, [issue("a"), issue("b")], "cocov/one");
  const path = `/v1/repositories/canceled/commits/${sha}/checks`;
  expect((await server.request("DELETE", path, { token: admin })).status).toBe(204);
  const { status } = await repository.get<{ status: string }>(`/commits/${sha}/checks`);
  expect(status).toBe("canceled");
  expect([await branchIssues(repository), await repository.history("main")]).toEqual([1, [1]]);
});

test("a re-run deletes the issues of the former run and counts anew", async () => {
  const repository = await world.repository("again");
  const sha = await checked(repository);
  await repository.put(sha, [issue("a"), issue("b")], "cocov/one");
  await repository.finish(sha, plugins);
  const path = `/v1/repositories/again/commits/${sha}/checks/re_run`;
  expect((await server.request("POST", path, { token: admin })).status).toBe(204);
  expect(await repository.get<object>(`/commits/${sha}/issues/states`)).toEqual({ active: 0, ignored: 0 });
  expect([await commitIssues(repository, sha), await branchIssues(repository)]).toEqual([0, 2]);
  await server.app.jobs.idle();
  await repository.begin(sha);
  await repository.put(sha, [issue("b"), issue("c"), issue("d")], "cocov/one");
  await repository.finish(sha, plugins);
  expect([await branchIssues(repository), await repository.history("main")]).toEqual([3, [2, 3]]);
});

test("a commit that was never counted stays uncounted when its first run starts", async () => {
  const repository = await world.repository("fresh");
  const sha = await checked(repository);
  expect(await commitIssues(repository, sha)).toBeNull();
});

test("a branch that moves to a checked commit takes its count; else it keeps its own", async () => {
  const repository = await world.repository("heads");
  const [first, second] = [await checked(repository), await checked(repository, "next")];
  await repository.put(first, [issue("a")], "cocov/one");
  await repository.put(second, [issue("a"), issue("b"), issue("c")], "cocov/one");
  await repository.finish(first, plugins);
  await move(repository, "main", second);
  expect([await branchIssues(repository), await repository.history("main")]).toEqual([1, [1]]);
  await move(repository, "main", first);
  expect([await branchIssues(repository), await repository.history("main")]).toEqual([1, [1, 1]]);
  await repository.finish(second, plugins);
  await move(repository, "main", second);
  expect([await branchIssues(repository), await repository.history("main")]).toEqual([3, [1, 1, 3]]);
  expect([await branchIssues(repository, "next"), await repository.history("next")]).toEqual([3, [3]]);
});

test("wrap-up counts issues whose registration was under way", async () => {
  const repository = await world.repository("late");
  const sha = await checked(repository);
  const goOn = Promise.withResolvers<void>();
  const inserted = Promise.withResolvers<void>();
  const arriving = server.app.db.transaction(async (tx) => {
    const [commit] = await tx.sql<{ id: number }[]>`
      SELECT id FROM commits WHERE repository_id = ${repository.id} AND sha = ${sha} FOR NO KEY UPDATE`;
    await tx.sql`
      INSERT INTO issues (commit_id, uid, kind, file, line_start, line_end, message, check_source)
      VALUES (${commit?.id ?? 0}, 'late', 'bug', 'app.rb', 1, 1, 'm', 'cocov/one')`;
    inserted.resolve();
    await goOn.promise;
  });
  await inserted.promise;
  const finishing = repository.finish(sha, plugins);
  const waiting = async () =>
    (await sql`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).length > 0;
  while (!(await waiting())) await Bun.sleep(5);
  goOn.resolve();
  await arriving;
  expect((await finishing).status).toBe(204);
  expect([await commitIssues(repository, sha), await branchIssues(repository)]).toEqual([1, 1]);
});

test("deleting a branch deletes its history", async () => {
  const repository = await world.repository("pruned");
  const sha = await checked(repository);
  await repository.finish(sha, plugins);
  expect(await repository.history("main")).toEqual([0]);
  await sql`DELETE FROM branches WHERE repository_id = ${repository.id}`;
  expect(await sql`SELECT FROM issue_histories WHERE repository_id = ${repository.id}`).toHaveLength(0);
});
