import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { claimStatus, endSending, releaseStatus, wantStatus } from "../../../plugins/github/statuses/wanted";
import { type CommitStatus, startGitHub } from "../../../testing/github";
import { startTestServer } from "../../../testing/server";
import { setUpGitHub } from "./world/set-up";

const gitHub = await startGitHub();
const env = gitHub.environment();
const server = await startTestServer({ env });
const second = await startTestServer({ env, databaseUrl: server.databaseUrl });
afterAll(async () => {
  await second.stop();
  await server.stop();
  await gitHub.stop();
});
const { db, jobs } = server.app;
const { api } = setUpGitHub(server, env);
const repository = await gitHub.addRepository({ name: "web" });
let sha = "";
beforeEach(async () => {
  sha = await repository.commit({ files: { "a.txt": crypto.randomUUID() } });
});
afterEach(async () => {
  gitHub.clearFaults();
  await db.sql`TRUNCATE core_jobs, github_statuses`;
});

const status = (description: string, state: CommitStatus["state"] = "pending") => ({
  repositoryId: repository.id,
  sha,
  context: "cocov",
  state,
  description,
  targetUrl: "https://ui.example.org/repos/web",
});
const post = (description: string) => db.transaction((tx) => api.postStatus(tx, status(description)));
const arrived = () => gitHub.statuses({ sha }).map(({ description }) => description);
const wanted = async () => (await db.sql`SELECT 1 FROM github_statuses`).length;

describe("a commit status", () => {
  test("arrives on GitHub after the commit of what caused it", async () => {
    await db.transaction((tx) => api.postStatus(tx, status("12 issues", "failure")));
    await jobs.idle();
    expect(gitHub.statuses({ sha })).toMatchObject([
      {
        repository: "web",
        context: "cocov",
        state: "failure",
        description: "12 issues",
        target_url: "https://ui.example.org/repos/web",
      },
    ]);
    expect(await wanted()).toBe(0);
  });

  test("isn't posted when what caused it is rolled back", async () => {
    const change = db.transaction(async (tx) => {
      await api.postStatus(tx, status("never"));
      throw new Error("rolled back");
    });
    await expect(change).rejects.toThrow("rolled back");
    await jobs.idle();
    expect(arrived()).toEqual([]);
  });

  test("is cut to what GitHub takes", async () => {
    await post("x".repeat(141));
    await jobs.idle();
    expect(arrived()).toEqual([`${"x".repeat(139)}…`]);
  });

  test("is left out when a newer one replaces it in the same transaction", async () => {
    await db.transaction(async (tx) => {
      await api.postStatus(tx, status("older"));
      await api.postStatus(tx, status("newer"));
    });
    await jobs.idle();
    expect(arrived()).toEqual(["newer"]);
  });

  test("arrives before the newer one that was wanted while it was under way, never after it", async () => {
    const slow = gitHub.fail({ match: `/repositories/${repository.id}/statuses/${sha}`, delayMs: 500, times: 1 });
    await post("first");
    while (slow.hits() === 0) await Bun.sleep(5);
    await post("second");
    await post("third");
    await gitHub.waitForStatus({ sha, description: "third" });
    await jobs.idle();
    expect(arrived()).toEqual(["first", "third"]);
    expect(await wanted()).toBe(0);
  });

  test("is sent until GitHub takes it", async () => {
    gitHub.fail({ match: `/repositories/${repository.id}/statuses/${sha}`, status: 503, times: 1 });
    await post("late");
    await jobs.idle();
    expect(arrived()).toEqual(["late"]);
  });

  test("doesn't wait for the retries of the one it replaces", async () => {
    const fault = gitHub.fail({ match: `/repositories/${repository.id}/statuses/${sha}`, status: 503, times: 1 });
    await post("fails");
    while ((await db.sql`SELECT 1 FROM core_jobs WHERE attempts = 1 AND running_token IS NULL`).length === 0)
      await Bun.sleep(5);
    await db.sql`UPDATE core_jobs SET run_at = now() + interval '1 hour'`;
    await post("newer");
    await gitHub.waitForStatus({ sha, description: "newer" });
    expect(fault.hits()).toBe(1);
    expect(arrived()).toEqual(["newer"]);
  });

  test("goes to the repository it is about, whatever has its name by now", async () => {
    const renamed = await gitHub.addRepository({ name: "shop", files: { a: "a" } });
    const head = (await renamed.head()) ?? "";
    renamed.rename("shop-private");
    // Another one has the same commit, as a copy has.
    await gitHub.addRepository({ name: "shop", from: renamed.path });
    await db.transaction((tx) => api.postStatus(tx, { ...status("for one"), repositoryId: renamed.id, sha: head }));
    await jobs.idle();
    expect(gitHub.statuses({ sha: head })).toMatchObject([{ repository: "shop-private", description: "for one" }]);
  });

  test("of a public repository that has left the organization is given up", async () => {
    const left = await gitHub.addRepository({ name: "left", files: { a: "a" }, private: false });
    gitHub.addUser({ login: "elsewhere", orgRole: "none" });
    left.transfer("elsewhere");
    await db.transaction((tx) => api.postStatus(tx, { ...status("too late"), repositoryId: left.id, sha: "0".repeat(40) }));
    await jobs.idle();
    expect(await wanted()).toBe(0);
  });

  test("of a commit or repository that GitHub doesn't know is given up", async () => {
    await db.transaction((tx) => api.postStatus(tx, { ...status("no commit"), sha: "0".repeat(40) }));
    await db.transaction((tx) => api.postStatus(tx, { ...status("no repository"), repositoryId: 1 }));
    await jobs.idle();
    expect(await jobs.dead()).toEqual([]);
    expect(await wanted()).toBe(0);
  });
});

describe("sending", () => {
  const [one, two] = [crypto.randomUUID(), crypto.randomUUID()];

  test("is one sender's at a time, until it ends, gives up or stays away too long", async () => {
    const id = await db.transaction((tx) => wantStatus(tx, status("first")));
    expect(await claimStatus(db, id, one, 60)).toMatchObject({ description: "first", version: 1 });
    expect(await claimStatus(db, id, two, 60)).toBe("busy");
    await releaseStatus(db, id, one);
    expect(await claimStatus(db, id, two, -1)).toMatchObject({ description: "first" });
    expect(await claimStatus(db, id, one, 60)).toMatchObject({ description: "first" });
    expect(await endSending(db, id, two, 1)).toBe(false);
    expect(await endSending(db, id, one, 1)).toBe(true);
    expect(await claimStatus(db, id, one, 60)).toBe("gone");
  });

  test("goes on when a newer status is wanted by its end", async () => {
    const id = await db.transaction((tx) => wantStatus(tx, status("first")));
    await claimStatus(db, id, one, 60);
    expect(await db.transaction((tx) => wantStatus(tx, { ...status("second"), sha: sha.toUpperCase() }))).toBe(id);
    expect(await endSending(db, id, one, 1)).toBe(false);
    expect(await claimStatus(db, id, one, 60)).toMatchObject({ description: "second", version: 2 });
  });
});
