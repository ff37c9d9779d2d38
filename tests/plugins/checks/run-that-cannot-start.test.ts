import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { rename, symlink, unlink } from "node:fs/promises";
import { join } from "node:path";
import { runChecks } from "../../../plugins/checks/run/start-job";
import { processCommit } from "../../../plugins/repositories/jobs/process-commit";
import { repositoryFolder } from "../../../plugins/storage/names";
import { manifestOf, paper, useChecksWorld } from "./world/checks-world";

setDefaultTimeout(30_000);

const world = await useChecksWorld({ COCOV_COMMIT_MAX_FILES: "20" });
const { server, github } = world;
const { db, jobs } = server.app;

/** Has the only waiting job of this name run for the last time, now. */
async function lastAttempt(name: string): Promise<void> {
  const waits = () => db.sql`
    UPDATE core_jobs SET attempts = 11, run_at = now()
     WHERE name = ${name} AND attempts > 0 AND running_token IS NULL AND handed_to IS NULL RETURNING pg_notify('cocov_jobs', '')`;
  while ((await waits()).length === 0) await Bun.sleep(10);
}

describe("a manifest that can't be stored ends the run with a status", () => {
  const check = (rest: string) => `version: 0.1.alpha\nchecks: [{ ${rest} }]`;
  test.each([
    [
      "a plugin's name of 6,000 characters",
      check(`plugin: "a/${Array.from({ length: 170 }, () => crypto.randomUUID()).join("")}"`),
    ],
    ["a plugin's name with U+0000", check(`plugin: "a/b\\0c"`)],
    ["a variable with U+0000", check(`plugin: a/b, envs: { A: "1\\0" }`)],
    [
      "a destination with half a surrogate pair",
      check(`plugin: a/b, mounts: [{ source: "secrets:ODD", destination: "/\\uD800" }]`),
    ],
    ["a pattern with U+0000", `version: 0.1.alpha\nexclude_paths: ["a\\0b"]\nchecks: [{ plugin: a/b }]`],
  ])("%s", async (_what, manifest) => {
    paper.secrets.add("ODD");
    const commit = await world.commitWith(manifest);
    expect(await commit.show()).toMatchObject({ status: "failure", failure_reason: "manifest_invalid_or_missing_data" });
    expect((await commit.statuses()).at(-1)).toMatchObject({ state: "error" });
    expect(await jobs.dead()).toEqual([]);
  });

  test.each(["54000", "22021", "22P05"])("whatever PostgreSQL refuses it with: %s", async (code) => {
    await db.sql.unsafe(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE 'too odd' USING ERRCODE = '${code}'; END $$`);
    await db.sql`CREATE TRIGGER refuse BEFORE INSERT ON checks FOR EACH ROW EXECUTE FUNCTION refuse()`;
    const commit = await world.commitWith(manifestOf("a/b")).finally(() => db.sql`DROP FUNCTION refuse CASCADE`);
    expect(await commit.show()).toMatchObject({
      status: "failure",
      failure_reason: "manifest_invalid_or_missing_data",
      failure_details: expect.stringContaining("stored"),
    });
    expect((await commit.statuses()).map(({ state }) => state)).toEqual(["error"]);
    expect((await commit.reRun()).status).toBe(204);
    await jobs.idle();
    expect(await commit.show()).toMatchObject({ status: "queued" });
  });
});

test("a commit beyond the limits fails at once, with details that name the limit, and isn't tried again", async () => {
  const files = Object.fromEntries(Array.from({ length: 20 }, (_, number) => [`file-${number}`, "text"]));
  const commit = await world.commitWith(manifestOf("a/b"), files);
  expect(await commit.show()).toMatchObject({
    status: "failure",
    failure_reason: "commit_fetch_failed",
    failure_details: expect.stringContaining("COCOV_COMMIT_MAX_FILES"),
  });
  expect((await commit.statuses()).map(({ state }) => state)).toEqual(["error"]);
  expect(await db.sql`SELECT 1 FROM core_jobs WHERE name = ${processCommit.name}`).toHaveLength(0);
  const fetches = github.fetches(commit.onGitHub.name).length;
  await jobs.idle();
  expect(github.fetches(commit.onGitHub.name)).toHaveLength(fetches);
  // Each branch that comes to it has it tried once more, and so does a member: the limit may be another by then.
  expect((await commit.reRun()).status).toBe(204);
  await jobs.idle();
  expect(await commit.show()).toMatchObject({ status: "failure", failure_reason: "commit_fetch_failed" });
});

describe("a run whose job is dead", () => {
  test("fails, and blames neither commit nor manifest", async () => {
    const commit = await world.commitWith(manifestOf("a/b"));
    paper.take(commit.commitId);
    await commit.finish();
    const checksum = join(
      server.dataDir,
      "git_storage",
      repositoryFolder(commit.onGitHub.name),
      `${commit.sha}.tar.zst.shasum`,
    );
    await rename(checksum, `${checksum}.aside`);
    // Nothing of a file system answers where a link leads to itself.
    await symlink(checksum, checksum);
    expect((await commit.reRun()).status).toBe(204);
    await lastAttempt(runChecks.name);
    while ((await commit.show()).status === "waiting") await Bun.sleep(20);
    const shown = await commit.show();
    expect(shown).toMatchObject({
      status: "failure",
      failure_details: expect.stringContaining("Cocov couldn't start the checks"),
    });
    expect((await commit.statuses()).at(-1)).toMatchObject({
      state: "error",
      description: expect.stringContaining("Cocov's side"),
    });
    await unlink(checksum);
    await rename(`${checksum}.aside`, checksum);
    expect((await commit.reRun()).status).toBe(204);
    await jobs.idle();
    expect(await commit.show()).toMatchObject({ status: "queued" });
  });

  test("fails when it died of fetching the commit, however soon", async () => {
    const { onGitHub } = await world.commitWith(null);
    const fault = github.fail({ match: `/acme/${onGitHub.name}.git/**`, status: 500 });
    const { sha } = await github.push(onGitHub, {
      files: { ".cocov.yaml": manifestOf("a/b") },
      delivery: { to: `${server.url}/v1/github/events` },
    });
    await lastAttempt(processCommit.name);
    const [{ id } = { id: 0 }] = await db.sql<{ id: number }[]>`SELECT id FROM repositories WHERE name = ${onGitHub.name}`;
    expect(id).toBeGreaterThan(0);
    const commit = await world.commit(onGitHub, sha);
    while ((await commit.show()).status === "waiting") await Bun.sleep(20);
    fault.clear();
    expect(await commit.show()).toMatchObject({ status: "failure", failure_reason: "commit_fetch_failed" });
    expect((await commit.statuses()).map(({ state }) => state)).toEqual(["error"]);
    expect((await commit.reRun()).status).toBe(204);
    await jobs.idle();
    expect(await commit.show()).toMatchObject({ status: "queued" });
  });
});
