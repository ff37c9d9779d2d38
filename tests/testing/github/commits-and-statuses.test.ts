import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type GitHubStandIn, type Repository, startGitHub } from "../../../testing/github";
import { octokitFor } from "./octokit";

let github: GitHubStandIn;
let repository: Repository;
const place = { owner: "acme", repo: "api" };

beforeAll(async () => {
  github = await startGitHub();
  github.addUser({ login: "ada", emails: ["ada@example.org"] });
  repository = await github.addRepository({ name: "api", files: { "a.txt": "one\n" } });
});
afterAll(() => github.stop());

const asApp = () => octokitFor(github, github.installationToken());

describe("commits", () => {
  test("are listed newest first with author and parents", async () => {
    const before = await repository.head();
    const sha = await repository.commit({ files: { "b.txt": "two\n" }, message: "Add b\n\nWhy not" });
    const { data } = await asApp().repos.listCommits({ ...place, per_page: 1 });
    expect(data).toMatchObject([
      {
        sha,
        commit: { message: "Add b\n\nWhy not", author: { email: "ada@example.org" } },
        author: { login: "ada" },
        parents: [{ sha: before }],
      },
    ]);
  });

  test("are found by a branch with slashes in its name", async () => {
    const sha = await repository.commit({ branch: "feat/x", files: { "x.txt": "x" } });
    expect((await asApp().repos.getBranch({ ...place, branch: "feat/x" })).data.commit.sha).toBe(sha);
    expect((await asApp().repos.getCommit({ ...place, ref: "feat/x" })).data.sha).toBe(sha);
    await expect(asApp().repos.getBranch({ ...place, branch: "gone" })).rejects.toMatchObject({ status: 404 });
  });

  test("of an empty repository are a conflict", async () => {
    await github.addRepository({ name: "empty" });
    await expect(asApp().repos.listCommits({ ...place, repo: "empty" })).rejects.toMatchObject({ status: 409 });
  });
});

describe("commit statuses", () => {
  test("are recorded in the order of their arrival", async () => {
    const sha = (await repository.head()) ?? "";
    const target_url = "https://cocov.test/repos/api";
    await asApp().repos.createCommitStatus({
      ...place,
      sha,
      state: "pending",
      context: "cocov",
      description: "Running",
      target_url,
    });
    await asApp().repos.createCommitStatus({
      ...place,
      sha,
      state: "success",
      context: "cocov",
      description: "No issues",
      target_url,
    });
    expect(github.statuses({ sha })).toMatchObject([
      { repository: "api", state: "pending", context: "cocov", description: "Running", target_url },
      { repository: "api", state: "success" },
    ]);
    const { data } = await asApp().repos.listCommitStatusesForRef({ ...place, ref: sha });
    expect(data.map(({ state }) => state)).toEqual(["success", "pending"]);
  });

  test("can be waited for", async () => {
    const sha = await repository.commit({ files: { "c.txt": "3" } });
    const waiting = github.waitForStatus({ sha, state: "failure" });
    await asApp().repos.createCommitStatus({ ...place, sha, state: "failure", context: "cocov" });
    expect(await waiting).toMatchObject({ sha, context: "cocov", description: null });
    await expect(github.waitForStatus({ sha, state: "error" }, 5)).rejects.toThrow(/arrived: .*cocov failure/);
  });

  test("are refused for unknown commits, long descriptions, odd states and people without push access", async () => {
    const sha = (await repository.head()) ?? "";
    const post = (changes: object) =>
      asApp().request("POST /repos/{owner}/{repo}/statuses/{sha}", { ...place, sha, state: "success", ...changes });
    await expect(post({ sha: "a".repeat(40) })).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining("No commit found"),
    });
    await expect(post({ description: "x".repeat(141) })).rejects.toMatchObject({ status: 422 });
    await expect(post({ state: "done" })).rejects.toMatchObject({ status: 422 });
    await expect(post({ repo: "nothing" })).rejects.toMatchObject({ status: 404 });
    repository.setCollaborator(github.user("ada"), "read");
    const ada = octokitFor(github, github.userToken(github.user("ada")));
    await expect(ada.repos.createCommitStatus({ ...place, sha, state: "success" })).rejects.toMatchObject({ status: 403 });
  });
});
