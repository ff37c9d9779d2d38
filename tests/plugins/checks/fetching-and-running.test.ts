import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { processCommit } from "../../../plugins/repositories/jobs/process-commit";
import { repositoryFolder } from "../../../plugins/storage/names";
import type { ActiveFault } from "../../../testing/github";
import { type CommitUnderTest, manifestOf, paper, useChecksWorld } from "./world/checks-world";

// Failed fetches are tried again after a second and more.
setDefaultTimeout(30_000);

const world = await useChecksWorld();
const { server, github } = world;
const { db, jobs } = server.app;
afterEach(() => github.clearFaults());

const until = async (met: () => Promise<boolean>): Promise<void> => {
  while (!(await met())) await Bun.sleep(10);
};

/** Pushes a commit that GitHub's git doesn't give out, and waits for the first failed attempt. */
async function unfetchable(): Promise<{ commit: CommitUnderTest; fault: ActiveFault }> {
  const { onGitHub } = await world.commitWith(null);
  const fault = github.fail({ match: `/acme/${onGitHub.name}.git/**`, status: 500 });
  const { sha } = await github.push(onGitHub, {
    files: { ".cocov.yaml": manifestOf("a/b") },
    delivery: { to: `${server.url}/v1/github/events` },
  });
  await until(async () => (await db.sql`SELECT 1 FROM commits WHERE sha = ${sha} AND clone_status = 'errored'`).length > 0);
  return { commit: await world.commit(onGitHub, sha), fault };
}

/** Lets the time pass until something has happened: what waits for another attempt is due. */
const inTime = (met: () => Promise<boolean>) =>
  until(async () => {
    await db.sql`UPDATE core_jobs SET run_at = now() WHERE handed_to IS NULL AND run_at > now()`;
    await db.sql`SELECT pg_notify('cocov_jobs', '')`;
    return await met();
  });

/** Lets the time pass in which failures are kept quiet, and another attempt fail. */
async function firstSecondsPass({ commitId, show }: CommitUnderTest): Promise<void> {
  await db.sql`UPDATE commits SET fetching_since = now() - interval '31 seconds' WHERE id = ${commitId}`;
  await inTime(async () => (await show()).status !== "waiting");
}

const removeFiles = ({ onGitHub, sha }: CommitUnderTest) =>
  rm(join(server.dataDir, "git_storage", repositoryFolder(onGitHub.name), `${sha}.tar.zst`));
const fetchToShow = ({ commitId }: CommitUnderTest) => db.transaction((tx) => paper.storage().refetch(tx, commitId, null));
const statesOnGitHub = async (commit: CommitUnderTest) => (await commit.statuses()).map(({ state }) => state);

describe("a commit that GitHub doesn't give out", () => {
  test("isn't blamed in the first half minute: the run just waits", async () => {
    const { commit, fault } = await unfetchable();
    await inTime(async () => fault.hits() > 2);
    fault.clear();
    await inTime(async () => (await commit.show()).status !== "waiting");
    expect(await commit.show()).toMatchObject({ status: "queued", checks: [{ plugin_name: "a/b" }] });
    expect(await statesOnGitHub(commit)).toEqual(["pending"]);
  });

  test("is blamed after that, once, and runs as usual when a later attempt succeeds", async () => {
    const { commit, fault } = await unfetchable();
    await firstSecondsPass(commit);
    expect(await commit.show()).toMatchObject({ status: "failure", failure_reason: "commit_fetch_failed" });
    const before = fault.hits();
    await inTime(async () => fault.hits() > before + 1);
    fault.clear();
    await inTime(async () => (await commit.show()).status !== "failure");
    expect(await statesOnGitHub(commit)).toEqual(["error", "pending"]);
    const shown = await commit.show();
    expect(shown).toMatchObject({ status: "queued", checks: [{ plugin_name: "a/b" }] });
    expect(shown).not.toHaveProperty("failure_reason");
  });

  test("is tried at once when another branch comes to it", async () => {
    const { commit, fault } = await unfetchable();
    await firstSecondsPass(commit);
    fault.clear();
    await github.deliver(
      "push",
      await github.payloads.push(commit.onGitHub, { branch: "b", before: null, after: commit.sha }),
      {
        to: `${server.url}/v1/github/events`,
      },
    );
    await until(async () => (await commit.show()).status === "queued");
    await inTime(async () => (await db.sql`SELECT 1 FROM core_jobs WHERE name = ${processCommit.name}`).length === 0);
    expect(paper.queue.filter(({ commitId }) => commitId === commit.commitId)).toHaveLength(1);
  });
});

describe("a run", () => {
  test("stays as it ended when an older attempt at fetching its commit succeeds at last", async () => {
    const { commit, fault } = await unfetchable();
    await firstSecondsPass(commit);
    fault.clear();
    expect((await commit.reRun()).status).toBe(204);
    await until(async () => (await commit.show()).status === "queued");
    paper.take(commit.commitId);
    await commit.finish();
    paper.issues.set(commit.commitId, 2);
    const before = await commit.show();
    await inTime(async () => (await db.sql`SELECT 1 FROM core_jobs WHERE name = ${processCommit.name}`).length === 0);
    await jobs.idle();
    expect(await commit.show()).toEqual(before);
    expect(before).toMatchObject({ status: "completed", issues: { "cocov/rubocop": 2 } });
    expect(paper.queue.filter(({ commitId }) => commitId === commit.commitId)).toEqual([]);
  });

  test("stays canceled when its commit's files come", async () => {
    const { commit, fault } = await unfetchable();
    expect((await commit.cancel()).status).toBe(204);
    fault.clear();
    expect(await statesOnGitHub(commit)).toEqual(["failure"]);
    expect(await commit.show()).toMatchObject({ status: "canceled" });
  });

  test.each(["completed", "errored"])("that has %s stays so when its commit is fetched to be shown", async (status) => {
    const commit = await world.commitWith(manifestOf("a/b"));
    paper.take(commit.commitId);
    await commit.finish(status);
    const before = await commit.show();
    await removeFiles(commit);
    await fetchToShow(commit);
    await jobs.idle();
    expect(await paper.storage().exists(commit.onGitHub.name, commit.sha)).toBe(true);
    expect(await commit.show()).toEqual(before);
  });

  test("that couldn't start for lack of files isn't started by a fetch that is for showing them", async () => {
    const { commit, fault } = await unfetchable();
    await firstSecondsPass(commit);
    await db.sql`DELETE FROM core_jobs WHERE name = ${processCommit.name}`;
    fault.clear();
    await fetchToShow(commit);
    await jobs.idle();
    expect(await commit.show()).toMatchObject({ status: "failure", failure_reason: "commit_fetch_failed" });
    expect((await commit.reRun()).status).toBe(204);
    await jobs.idle();
    expect(await commit.show()).toMatchObject({ status: "queued" });
  });

  test("isn't failed by a fetch that isn't its own", async () => {
    const { commit } = await unfetchable();
    await db.sql`DELETE FROM core_jobs WHERE name = ${processCommit.name}`;
    await fetchToShow(commit);
    const failed = (attempts: number) => db.sql`
      SELECT 1 FROM core_jobs WHERE name = ${processCommit.name} AND running_token IS NULL AND attempts >= ${attempts}`;
    await until(async () => (await failed(1)).length > 0);
    await db.sql`UPDATE commits SET fetching_since = now() - interval '31 seconds' WHERE id = ${commit.commitId}`;
    await inTime(async () => (await failed(2)).length > 0);
    expect(await commit.show()).toMatchObject({ status: "waiting" });
    await db.sql`DELETE FROM core_jobs WHERE name = ${processCommit.name}`;
  });

  test("whose files are gone again as often as they are fetched ends, and says why", async () => {
    const commit = await world.commitWith(manifestOf("a/b"));
    paper.take(commit.commitId);
    await commit.finish();
    await removeFiles(commit);
    const fetches = github.fetches(commit.onGitHub.name).length;
    // A storage that loses whatever it is given, or a platform that thinks so.
    await db.sql`CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.clone_status = 'queued'; RETURN NEW; END $$`;
    await db.sql`CREATE TRIGGER lose BEFORE UPDATE ON commits FOR EACH ROW WHEN (NEW.clone_status = 'completed') EXECUTE FUNCTION lose()`;
    try {
      expect((await commit.reRun()).status).toBe(204);
      await jobs.idle();
    } finally {
      await db.sql`DROP FUNCTION lose CASCADE`;
    }
    expect(await commit.show()).toMatchObject({
      status: "failure",
      failure_reason: "commit_fetch_failed",
      failure_details: expect.stringContaining("3 times"),
    });
    expect(github.fetches(commit.onGitHub.name).length - fetches).toBeLessThanOrEqual(3);
    expect((await commit.statuses()).at(-1)).toMatchObject({ state: "error" });
  });
});
