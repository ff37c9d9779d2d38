import { describe, expect, test } from "bun:test";
import { addRepository } from "../../../testing/factories";
import { type CommitUnderTest, manifestOf, paper, type ShownChecks, useChecksWorld } from "./world/checks-world";

const world = await useChecksWorld();
const { server, github } = world;

describe("a commit with a manifest", () => {
  test("gets a check per plugin, by name, and is queued for a Worker", async () => {
    const commit = await world.commitWith(manifestOf("ghcr.io/cocov/rubocop:v1", "cocov/brakeman:v0.1"));
    expect(await commit.show()).toMatchObject({
      commit: { checks_status: "queued" },
      checks: [
        { plugin_name: "cocov/brakeman", status: "waiting" },
        { plugin_name: "cocov/rubocop", status: "waiting" },
      ],
      issues: {},
      status: "queued",
    });
    expect(paper.queue.filter(({ commitId }) => commitId === commit.commitId)).toHaveLength(1);
    expect(await commit.statuses()).toEqual([
      {
        state: "pending",
        description: "Checks are running",
        target_url: `https://ui.example.org/repos/${commit.onGitHub.name}/commits/${commit.sha}/checks`,
      },
    ]);
  });

  test("is described to Workers in the form they read, with an authorization per mounted secret", async () => {
    paper.secrets.add("FOO");
    const commit = await world.commitWith(`
version: 0.1.alpha
defaults: { checks: { envs: { A: "1" } } }
checks:
  - plugin: cocov/zebra:v0.1
  - { plugin: "cocov/ant:v2", envs: { B: "2" }, mounts: [ { source: "secrets:FOO", destination: "~/test" } ] }
`);
    const run = paper.take(commit.commitId);
    const entry = await server.app.db.transaction((tx) => paper.entry(tx, run.jobId));
    const folder = new Bun.CryptoHasher("sha1").update(commit.onGitHub.name).digest("hex");
    expect(JSON.stringify(entry)).toBe(
      JSON.stringify({
        check_set_id: run.checkSetId,
        job_id: run.jobId,
        org: "acme",
        repo: commit.onGitHub.name,
        repo_id: commit.repositoryId,
        sha: commit.sha,
        checks: [
          { plugin: "cocov/zebra:v0.1", envs: { A: "1" }, mounts: null },
          {
            plugin: "cocov/ant:v2",
            envs: { A: "1", B: "2" },
            mounts: [{ kind: "secret", authorization: "csa_FOO", target: "~/test" }],
          },
        ],
        git_storage: { mode: "local", path: `${server.dataDir}/git_storage/${folder}/${commit.sha}` },
      }),
    );
  });

  test("isn't given to Workers once a secret is gone: the run ends as errored and says which", async () => {
    paper.secrets.add("GONE");
    const commit = await world.commitWith(
      `version: 0.1.alpha\nchecks: [{ plugin: a/b, mounts: [{ source: "secrets:GONE", destination: "/x" }] }]`,
    );
    paper.secrets.delete("GONE");
    const run = paper.take(commit.commitId);
    expect(await server.app.db.transaction((tx) => paper.entry(tx, run.jobId))).toBeNull();
    const shown = await commit.show();
    expect(shown).toMatchObject({ status: "errored", checks: [{ status: "errored" }] });
    const check = await commit.member("GET", `/checks/${shown.checks[0]?.id}`);
    expect(await check.json()).toMatchObject({ error_output: "The secret GONE doesn't exist any more." });
  });

  test("keeps its patterns of excluded paths for those who take in issues", async () => {
    const commit = await world.commitWith(`${manifestOf("a/b")}exclude_paths: ["vendor/", "*.min.js"]\n`);
    expect(await paper.api?.excludePatterns(server.app.db, commit.commitId)).toEqual(["vendor/", "*.min.js"]);
    expect(await paper.api?.pluginNames(server.app.db, commit.commitId)).toEqual(["a/b"]);
  });
});

describe("a commit that has nothing to check", () => {
  test("stays without a status on GitHub when it has no manifest", async () => {
    const commit = await world.commitWith(null);
    expect(await commit.show()).toMatchObject({ status: "not_configured", checks: [] });
    expect(await commit.statuses()).toEqual([]);
  });

  test("is reported as good when its manifest lists no checks", async () => {
    const commit = await world.commitWith("version: 0.1.alpha\nchecks: null\n");
    expect(await commit.show()).toMatchObject({ status: "not_configured", checks: [] });
    expect(await commit.statuses()).toMatchObject([{ state: "success" }]);
  });

  test("has no manifest when a folder has its name", async () => {
    const commit = await world.commitWith(null, { ".cocov.yaml/inside": "version: 0.1.alpha" });
    expect(await commit.show()).toMatchObject({ status: "not_configured" });
  });
});

describe("a commit whose run can't start", () => {
  test.each([
    ["manifest_root_must_be_mapping", "- a\n", undefined],
    ["manifest_missing_version", "checks: []\n", undefined],
    ["manifest_version_type_mismatch", "version: 0.1\n", undefined],
    ["manifest_version_unsupported", "version: 0.2.beta\n", undefined],
    ["manifest_invalid_or_missing_data", manifestOf("a/b:1", "x/a/b:2"), "checks.1.plugin"],
    [
      "manifest_unknown_secret",
      `version: 0.1.alpha\nchecks: [{ plugin: a/b, mounts: [{ source: "secrets:NOPE", destination: "/x" }] }]`,
      "NOPE",
    ],
    [
      "manifest_invalid_mount_source",
      `version: 0.1.alpha\nchecks: [{ plugin: a/b, mounts: [{ source: "FOO", destination: "/x" }] }]`,
      "FOO",
    ],
  ])("says %s", async (reason, manifest, details) => {
    const commit = await world.commitWith(manifest);
    const shown = await commit.show();
    expect(shown).toMatchObject({ status: "failure", failure_reason: reason, checks: [] });
    if (details === undefined) expect(shown).not.toHaveProperty("failure_details");
    else expect(shown.failure_details).toContain(details);
    const statuses = await commit.statuses();
    expect(statuses.at(-1)).toMatchObject({ state: "error" });
    expect(paper.queue.some(({ commitId }) => commitId === commit.commitId)).toBe(false);
  });
});

test("initialization and a push that bring the same commit at once start one run", async () => {
  const onGitHub = await github.addRepository({ name: "raced", files: { ".cocov.yaml": manifestOf("a/b") } });
  onGitHub.setCollaborator(github.user("ada"), "admin");
  await addRepository(server, world.admin, "raced");
  const after = (await onGitHub.head()) ?? "";
  await github.deliver("push", await github.payloads.push(onGitHub, { branch: "main", before: null, after }), {
    to: `${server.url}/v1/github/events`,
  });
  await server.app.jobs.idle();
  const answer = await server.request("GET", `/v1/repositories/raced/commits/${after}/checks`, { token: world.admin });
  const { commit, status }: ShownChecks = await answer.json();
  expect(status).toBe("queued");
  expect(paper.queue.filter(({ commitId }) => commitId === commit.id)).toHaveLength(1);
});

describe("a commit that is pushed again", () => {
  test("keeps the run it has", async () => {
    const commit = await world.commitWith(manifestOf("a/b"));
    const { jobId } = paper.take(commit.commitId);
    await github.deliver(
      "push",
      await github.payloads.push(commit.onGitHub, { branch: "other", before: null, after: commit.sha }),
      { to: `${server.url}/v1/github/events` },
    );
    await server.app.jobs.idle();
    expect((await commit.begin()).status).toBe(204);
    expect(await commit.show()).toMatchObject({ status: "in_progress" });
    expect(paper.queue.filter(({ commitId }) => commitId === commit.commitId)).toEqual([]);
    expect(await paper.api?.run(server.app.db, jobId)).toMatchObject({ finished: false });
  });

  test("keeps its results when another branch comes to it", async () => {
    const commit = await world.commitWith(manifestOf("a/b"));
    paper.take(commit.commitId);
    paper.issues.set(commit.commitId, 3);
    await commit.finish();
    const before = await commit.show();
    await github.deliver(
      "push",
      await github.payloads.push(commit.onGitHub, { branch: "again", before: null, after: commit.sha }),
      { to: `${server.url}/v1/github/events` },
    );
    await server.app.jobs.idle();
    expect(await commit.show()).toEqual(before);
    expect(before).toMatchObject({ status: "completed", issues: { "cocov/rubocop": 3 } });
    expect((await commit.statuses()).map(({ state }) => state)).toEqual(["pending", "failure"]);
  });

  test.each([
    ["was canceled", async (commit: CommitUnderTest) => commit.cancel(), "canceled"],
    ["failed", async (commit: CommitUnderTest) => commit.finish("errored"), "errored"],
  ])("isn't run again when its run %s: a member may do that", async (_how, end, status) => {
    const commit = await world.commitWith(manifestOf("a/b"));
    await end(commit);
    await github.deliver(
      "push",
      await github.payloads.push(commit.onGitHub, { branch: "again", before: null, after: commit.sha }),
      { to: `${server.url}/v1/github/events` },
    );
    await server.app.jobs.idle();
    expect(await commit.show()).toMatchObject({ status });
    expect((await commit.reRun()).status).toBe(204);
  });
});
