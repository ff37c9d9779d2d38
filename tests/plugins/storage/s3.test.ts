import { afterAll, expect, test } from "bun:test";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { loadInstallation } from "../../../core/app/installation";
import { removeFormerArchives } from "../../../plugins/repositories/jobs/rename";
import { createRepository, json, pushed, serviceToken, signIn, webhookUrl } from "../../../testing/factories";
import { startGitHub } from "../../../testing/github";
import { useTestServer } from "../../../testing/server";
import { startS3 } from "./s3-server";

const s3 = await startS3();
const github = await startGitHub();
afterAll(async () => {
  await github.stop();
  await s3[Symbol.asyncDispose]();
});
const server = await useTestServer({ env: { ...github.environment(), ...s3.environment } });
const { jobs, db } = server.app;
github.sendWebhooksTo(webhookUrl(server));
const worker = await serviceToken(server, await signIn(server, github, "root"));
const folderOf = (name: string) => new Bun.CryptoHasher("sha1").update(name).digest("hex");
const manifest = JSON.stringify({ version: "0.1.alpha", checks: [{ plugin: "cocov/one" }] });

interface Lease {
  lease: { id: string };
  job: { sha: string; repo: string; job_id: string; git_storage: unknown };
  archive: { url: string; sha256: string; size: number };
}

test("with a bucket a commit goes from push to worker, through a rename, to its end, and no disk keeps it", async () => {
  const { onGitHub, repository } = await createRepository(server, github, worker, { name: "api" });
  const { sha } = await pushed(server, github, onGitHub, { files: { ".cocov.yaml": manifest, "a.txt": "hello" } });
  const keys = (name: string) => [`${folderOf(name)}/${sha}.tar.zst`, `${folderOf(name)}/${sha}.tar.zst.shasum`];
  expect(await s3.keys()).toEqual(expect.arrayContaining(keys("api")));
  expect(await readdir(join(server.dataDir, "git_drafts"))).toEqual([]);

  const lease = await json<Lease>(
    await server.request("POST", "/v1/worker/leases", { token: worker, body: { worker: "w" } }),
    200,
  );
  expect(lease.job).toMatchObject({ sha, git_storage: { mode: "s3", path: `${folderOf("api")}/${sha}` } });
  const { pathname } = new URL(lease.archive.url);
  const whole = await (await server.request("GET", pathname, { token: worker })).bytes();
  expect(new Bun.CryptoHasher("sha256").update(whole).digest("hex")).toBe(lease.archive.sha256);
  const part = await server.request("GET", pathname, { token: worker, headers: { range: "bytes=5-14" } });
  expect([part.status, await part.bytes()]).toEqual([206, whole.slice(5, 15)]);
  const head = await server.request("HEAD", pathname, { token: worker });
  expect([head.status, head.headers.get("content-length")]).toEqual([200, String(whole.length)]);

  // Without the git cache, the archive alone is read.
  await rm(join(server.dataDir, "git_cache"), { recursive: true });
  const issues = [{ uid: "u", kind: "bug", file: "a.txt", line_start: 1, line_end: 1, message: "m" }];
  const put = { sha, source: "cocov/one", issues };
  const registered = await server.request("PUT", `/v1/repositories/${repository.id}/issues`, { token: worker, body: put });
  expect(registered.status).toBe(204);
  const shown = await server.request("GET", `/v1/repositories/api/commits/${sha}/issues`, { token: worker });
  expect(await shown.text()).toContain("hello");

  onGitHub.rename("core");
  await github.deliver("repository", github.payloads.repository(onGitHub, "renamed"));
  await jobs.idle();
  expect(await s3.keys()).toEqual(expect.arrayContaining([...keys("api"), ...keys("core")]));
  const [leftover] = await jobs.list({ name: removeFormerArchives.name });
  expect(leftover?.state).toBe("delayed");
  await jobs.promote(leftover?.id ?? "");
  await jobs.idle();
  expect(await s3.keys()).toEqual(expect.arrayContaining(keys("core")));
  expect((await s3.keys()).filter((key) => key.startsWith(folderOf("api")))).toEqual([]);

  await onGitHub.delete();
  await github.deliver("repository", github.payloads.repository(onGitHub, "deleted"));
  await jobs.idle();
  expect(await s3.keys()).toEqual([]);
  expect(await db.sql`SELECT FROM repositories`).toHaveLength(0);
});

test("while the bucket doesn't answer the ready probe says so, pages are shown without files, and workers are told to come again", async () => {
  const ready = async () => (await server.request("GET", "/system/probes/ready")).json();
  expect(await ready()).toMatchObject({ checks: { storage: "ok" } });
  const { onGitHub, repository } = await createRepository(server, github, worker, { name: "lasting" });
  const { sha } = await pushed(server, github, onGitHub, { files: { ".cocov.yaml": manifest, "a.txt": "hello" } });
  const issues = [{ uid: "u", kind: "bug", file: "a.txt", line_start: 1, line_end: 1, message: "m" }];
  const put = { sha, source: "cocov/one", issues };
  await server.request("PUT", `/v1/repositories/${repository.id}/issues`, { token: worker, body: put });
  const [queued] = await db.sql<{ jobId: string }[]>`SELECT job_id AS "jobId" FROM worker_jobs`;

  await s3[Symbol.asyncDispose]();
  expect(await ready()).toMatchObject({ ready: false, checks: { storage: "failing" } });
  const shown = await server.request("GET", `/v1/repositories/lasting/commits/${sha}/issues`, { token: worker });
  expect([shown.status, await shown.text()]).toEqual([200, expect.stringContaining("not_downloaded")]);
  const sent = await server.request("GET", `/v1/worker/jobs/${queued?.jobId}/archive`, { token: worker });
  expect([sent.status, sent.headers.get("retry-after")]).toEqual([404, "60"]);
  const leased = await server.request("POST", "/v1/worker/leases", { token: worker, body: { worker: "w" } });
  expect(leased.status).toBe(204);
});

test("a bucket that isn't named stops the start, and no credential is shown", async () => {
  const env = { COCOV_GIT_SERVICE_STORAGE_MODE: "s3", AWS_ACCESS_KEY_ID: "AKIASHOWNNOWHERE" };
  const starting = loadInstallation({ env, config: {} });
  await expect(starting).rejects.toThrow("COCOV_GIT_SERVICE_S3_STORAGE_BUCKET_NAME, AWS_SECRET_ACCESS_KEY");
  await expect(starting).rejects.not.toThrow("AKIASHOWNNOWHERE");
});
