import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Transaction } from "../../../core";
import { lockCheckSet, moveCheckSet } from "../../../plugins/checks/check-set/check-set-rows";
import { evictCommits } from "../../../plugins/repositories/eviction/evict-commits";
import { repositoryFolder } from "../../../plugins/storage/names";
import { json } from "../../../testing/factories";
import { useTestPlatform } from "../../../testing/test-platform";

/** What becomes of commits whose files were evicted, and of those whose files were about to be. */
const platform = await useTestPlatform();
const { db, jobs, request } = platform;
const admin = await platform.admin();
const worker = await platform.serviceToken();
const manifest = JSON.stringify({ version: "0.1.alpha", checks: [{ plugin: "cocov/one" }] });

interface Lease {
  readonly lease: { readonly id: string };
  readonly job: { readonly job_id: string; readonly sha: string };
  readonly archive: { readonly url: string };
}

/** A commit whose run has ended and that no branch stands at, with an issue and coverage. */
async function pastCommit(name: string) {
  const { onGitHub, repository } = await platform.createRepository({ name });
  const { sha } = await platform.push(onGitHub, { message: name, files: { ".cocov.yaml": manifest, "a.txt": "hello\n" } });
  const commits = `/v1/repositories/${repository.id}/commits/${sha}`;
  const report = (method: string, path: string, body?: object) => request(method, `${commits}${path}`, { token: worker, body });
  const issues = [{ uid: "u", kind: "bug", file: "a.txt", line_start: 1, line_end: 1, message: "m" }];
  await request("PUT", `/v1/repositories/${repository.id}/issues`, {
    token: worker,
    body: { sha, source: "cocov/one", issues },
  });
  await fetch(`${platform.url}/v1/reports`, {
    method: "POST",
    headers: { authorization: `token ${repository.token}`, "content-type": "application/json" },
    body: JSON.stringify({ commit_sha: sha, data: { "a.txt": Buffer.from("1").toString("base64") } }),
  });
  const end = async () => {
    await report("POST", "/check_set/notify_in_progress");
    await report("PATCH", "/checks", { plugin_name: "cocov/one", status: "completed" });
    expect((await report("POST", "/checks/wrap_up")).status).toBe(204);
    await platform.idle();
  };
  await take();
  await end();
  const [row] = await db.sql<{ id: number }[]>`SELECT id FROM commits WHERE sha = ${sha} AND repository_id = ${repository.id}`;
  const id = row?.id ?? 0;
  await platform.push(onGitHub, { message: `after ${name}`, delete: [".cocov.yaml"] });
  const shown = (path: string) => request("GET", `/v1/repositories/${name}/commits/${sha}${path}`, { token: admin });
  return {
    id,
    repositoryId: repository.id,
    shown,
    end,
    reRun: () => request("POST", `/v1/repositories/${name}/commits/${sha}/checks/re_run`, { token: admin }),
    async comeBack() {
      const payload = await platform.github.payloads.push(onGitHub, { branch: "returned", before: null, after: sha });
      await platform.github.deliver("push", payload, { to: `${platform.url}/v1/github/events` });
      await platform.idle();
    },
    /** Its row, and whether its archive is there. */
    async state() {
      const [commit] = await db.sql<{ status: string; size: number | null; evicted: boolean }[]>`
        SELECT clone_status AS status, clone_size AS size, evicted_at IS NOT NULL AS evicted FROM commits WHERE id = ${id}`;
      return { ...commit, stored: existsSync(join(platform.dataDir, "git_storage", repositoryFolder(name), `${sha}.tar.zst`)) };
    },
    async run() {
      const { status, job_id } = (
        await db.sql<{ status: string; job_id: string }[]>`
        SELECT status, job_id FROM check_sets WHERE commit_id = ${id}`
      )[0] ?? { status: "none", job_id: "none" };
      return { status, job_id };
    },
    async evict() {
      await platform.run(evictCommits, { repositoryId: repository.id, commitIds: [id] });
    },
  };
}
type PastCommit = Awaited<ReturnType<typeof pastCommit>>;

const take = async () =>
  await json<Lease>(await request("POST", "/v1/worker/leases", { token: worker, body: { worker: "w" } }), 200);
const gone = { status: "queued", size: null, evicted: true, stored: false };
const there = { status: "completed", size: expect.any(Number), evicted: false, stored: true };

async function evicted(name: string): Promise<PastCommit> {
  const commit = await pastCommit(name);
  expect(await commit.state()).toEqual(there);
  await commit.evict();
  expect(await commit.state()).toEqual(gone);
  return commit;
}

async function coverageFile(commit: PastCommit): Promise<string> {
  const { files } = await json<{ files: { id: number }[] }>(await commit.shown("/coverage"), 200);
  return `/coverage/file/${files[0]?.id}`;
}

/** Something done in another transaction, which commits while an eviction waits for it. */
async function whileEvicting(commit: PastCommit, act: (tx: Transaction) => Promise<void>): Promise<void> {
  await db.transaction(async (tx) => {
    await act(tx);
    await db.transaction((other) =>
      jobs.enqueue(other, evictCommits, { repositoryId: commit.repositoryId, commitIds: [commit.id] }),
    );
    const waits = () => db.sql`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    while ((await waits()).length === 0) await Bun.sleep(5);
  });
  await platform.idle();
}

test("a file view brings the files back, and starts no checks", async () => {
  const commit = await evicted("viewed");
  const [before, file] = [await commit.run(), await coverageFile(commit)];
  expect((await commit.shown(file)).status).toBe(404);
  await platform.idle();
  expect(await commit.state()).toEqual(there);
  const seen = await commit.shown(file);
  expect([seen.status, JSON.stringify(await seen.json())]).toEqual([200, expect.stringContaining("hello")]);
  expect(await commit.run()).toEqual(before);
});

test("excerpts of issues bring the files back, and start no checks", async () => {
  const commit = await evicted("excerpts");
  const before = await commit.run();
  expect(await (await commit.shown("/issues")).text()).toContain("not_downloaded");
  await platform.idle();
  expect(await commit.state()).toEqual(there);
  expect(await (await commit.shown("/issues")).text()).toContain("hello");
  expect(await commit.run()).toEqual(before);
});

test("a re-run brings the files back for its worker, once, and its run is the only one", async () => {
  const commit = await evicted("re-run");
  expect((await commit.reRun()).status).toBe(204);
  await platform.idle();
  expect(await commit.state()).toEqual(there);
  const { job, archive } = await take();
  expect(await commit.run()).toEqual({ status: "queued", job_id: job.job_id });
  const sent = await fetch(archive.url, { headers: { authorization: `bearer ${worker}` } });
  expect(new TextDecoder().decode(Bun.zstdDecompressSync(await sent.bytes()))).toContain("hello");
  // A run that waits for a worker, or is with one, keeps its files.
  await commit.evict();
  expect(await commit.state()).toEqual(there);
  await commit.end();
  await commit.evict();
  expect(await commit.state()).toEqual(gone);
});

test("a branch that comes to an evicted commit brings its files back, without running its checks again", async () => {
  const commit = await evicted("returned");
  const before = await commit.run();
  await commit.comeBack();
  expect(await commit.state()).toEqual(there);
  expect(await commit.run()).toEqual(before);
  await commit.evict();
  expect(await commit.state()).toEqual(there);
});

test("a commit that becomes a head while it is about to be evicted stays", async () => {
  const commit = await pastCommit("head");
  await whileEvicting(commit, async ({ sql }) => {
    await sql`INSERT INTO branches (repository_id, name, head_id) VALUES (${commit.repositoryId}, 'late', ${commit.id})`;
  });
  expect(await commit.state()).toEqual(there);
});

test("a commit whose checks are run again while it is about to be evicted stays", async () => {
  const commit = await pastCommit("running");
  await whileEvicting(commit, async (tx) => {
    const set = await lockCheckSet(tx, commit.id);
    if (set) await moveCheckSet(tx, set, "started_again");
  });
  expect(await commit.state()).toEqual(there);
});
