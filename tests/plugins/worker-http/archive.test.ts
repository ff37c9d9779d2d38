import { expect, test } from "bun:test";
import { rename, rm, symlink } from "node:fs/promises";
import fc from "fast-check";
import { processCommit } from "../../../plugins/repositories/jobs/process-commit";
import { readRange } from "../../../plugins/worker-http/archive-answer";
import { json } from "../../../testing/factories";
import { useWorkerWorld } from "./world";

const world = await useWorkerWorld({ "noise.bin": crypto.randomUUID().repeat(500), "src/main.c": "int main() {}\n" });
const { server, token } = world;
const { lease, job, archive } = await world.lease();
const path = `/v1/worker/jobs/${job.job_id}/archive`;
const whole = await (await server.request("GET", path, { token })).bytes();
const sha256 = (bytes: Uint8Array) => new Bun.CryptoHasher("sha256").update(bytes);
const range = (value: string) => server.request("GET", path, { token, headers: { range: value } });

test("the archive is what the lease promised", async () => {
  const answer = await fetch(archive.url, { headers: { authorization: `bearer ${token}` } });
  const bytes = await answer.bytes();
  expect(sha256(bytes).digest("hex")).toBe(archive.sha256);
  expect(bytes.length).toBe(archive.size);
  expect(answer.headers.get("content-length")).toBe(String(archive.size));
  expect(answer.headers.get("content-type")).toBe("application/zstd");
  expect(answer.headers.get("accept-ranges")).toBe("bytes");
  expect(answer.headers.get("digest")).toBe(`sha-256=${sha256(bytes).digest("base64")}`);
  expect(new TextDecoder().decode(Bun.zstdDecompressSync(bytes))).toContain(`${job.sha}/src/main.c`);
});

test("HEAD tells size and digest", async () => {
  const answer = await server.request("HEAD", path, { token, headers: { range: "bytes=0-9" } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-length")).toBe(String(archive.size));
  expect(answer.headers.get("digest")).toStartWith("sha-256=");
  expect(answer.headers.get("etag")).toBe(`"${archive.sha256}"`);
  expect(answer.headers.get("accept-ranges")).toBe("bytes");
  expect(await answer.text()).toBe("");
});

test("an interrupted download goes on where it ended", async () => {
  const half = Math.floor(whole.length / 2);
  const first = await range(`bytes=0-${half - 1}`);
  expect(first.status).toBe(206);
  expect(first.headers.get("content-range")).toBe(`bytes 0-${half - 1}/${whole.length}`);
  expect(first.headers.get("content-length")).toBe(String(half));
  const second = await range(`bytes=${half}-`);
  expect(second.status).toBe(206);
  const joined = Buffer.concat([await first.bytes(), await second.bytes()]);
  expect(sha256(joined).digest("hex")).toBe(archive.sha256);
  expect(await (await range("bytes=-5")).bytes()).toEqual(whole.slice(-5));
  expect(await (await range(`bytes=3-${whole.length * 2}`)).bytes()).toEqual(whole.slice(3));
});

test("a range behind the end is refused, what isn't one range of bytes gets everything", async () => {
  const behind = await range(`bytes=${whole.length}-`);
  expect(behind.status).toBe(416);
  expect(behind.headers.get("content-range")).toBe(`bytes */${whole.length}`);
  expect(await behind.json()).toMatchObject({ code: "worker.unsatisfiable_range" });
  for (const ignored of ["bytes=0-1,4-5", "lines=1-2", "bytes=", "bytes=-", "bytes=9-3", "bytes=a-b"]) {
    const answer = await range(ignored);
    expect([ignored, answer.status]).toEqual([ignored, 200]);
    expect((await answer.bytes()).length).toBe(whole.length);
  }
});

test("a part follows on the archive that was begun with, and on no other", async () => {
  const { headers } = await range("bytes=0-9");
  const etag = headers.get("etag") ?? "";
  expect(etag).toBe(`"${archive.sha256}"`);
  const goOn = (condition: string) =>
    server.request("GET", path, { token, headers: { range: "bytes=10-", "if-range": condition } });
  const rest = await goOn(etag);
  expect([rest.status, rest.headers.get("etag")]).toEqual([206, etag]);
  expect(await rest.bytes()).toEqual(whole.slice(10));
  // Weak tags and dates don't tell archives apart.
  for (const other of [`"${"0".repeat(64)}"`, `W/${etag}`, new Date().toUTCString(), "*"]) {
    const answer = await goOn(other);
    expect([other, answer.status, (await answer.bytes()).length]).toEqual([other, 200, whole.length]);
  }
});

test("every range names bytes of the file, or none", () => {
  const digits = fc.oneof(fc.constant(""), fc.nat(300).map(String), fc.bigInt({ min: 0n, max: 10n ** 30n }).map(String));
  fc.assert(
    fc.property(digits, digits, fc.nat(200), (from, to, size) => {
      const found = readRange(`bytes=${from}-${to}`, size);
      if (!found || found[0] > found[1]) return;
      const [first, last] = found;
      expect(first).toBeGreaterThanOrEqual(0);
      expect(last).toBeLessThan(size);
      if (from !== "") expect(first).toBe(Number(from));
      else expect(last - first + 1).toBe(Math.min(Number(to), size));
    }),
  );
});

test("there is no archive of unknown jobs", async () => {
  for (const id of ["0b5b7b0e-6c0e-4b55-9b8e-0d1b3a7f3b3e", "nonsense", "..%2F..%2Fetc"]) {
    const answer = await server.request("GET", `/v1/worker/jobs/${id}/archive`, { token });
    expect([answer.status, (await json<{ code: string }>(answer, 404)).code]).toEqual([404, "not_found"]);
  }
});

const listed = async () => {
  const list = await json<{ jobs: { state: string }[] }>(await server.request("GET", "/v1/worker/jobs", { token }), 200);
  return list.jobs.map(({ state }) => state);
};

test("a job whose archive was lost is given out after it has been fetched again", async () => {
  const file = `${job.git_storage.path}.tar.zst`;
  await world.post(`/v1/worker/leases/${lease.id}/release`);
  await rm(file);
  expect((await world.ask()).status).toBe(204);
  await server.app.jobs.idle();
  expect(await listed()).toEqual(["waiting"]);
  const again = await world.lease();
  expect(again.job.job_id).toBe(job.job_id);
  expect(await Bun.file(file).exists()).toBe(true);
});

test("a run whose archive can't be had again ends as errored, and doesn't keep others waiting meanwhile", async () => {
  const [lost = "", next] = await world.queueRuns(2);
  const { job } = await world.lease();
  await rm(`${job.git_storage.path}.tar.zst`);
  await world.runOut(lost);
  expect((await world.lease()).job.job_id).toBe(next ?? "");
  expect(await listed()).toEqual(["held", "leased"]);
  for (let times = 1; times <= 5; times += 1) {
    await server.app.db.sql`UPDATE worker_jobs SET held_until = NULL WHERE job_id = ${lost}`;
    expect((await world.ask()).status).toBe(204);
  }
  const checks = `/v1/repositories/api/commits/${job.sha}/checks`;
  expect(await json(await server.request("GET", checks, { token }), 200)).toMatchObject({ status: "errored" });
  // GitHub doesn't have that commit, however often it is asked for it: nobody waits for that.
  const { sql } = server.app.db;
  const left = () => sql`SELECT FROM core_jobs WHERE name = ${processCommit.name}`;
  while ((await left()).length > 0) {
    await sql`DELETE FROM core_jobs WHERE name = ${processCommit.name} AND running_token IS NULL`;
    await Bun.sleep(10);
  }
});

test("a worker whose run's archive is gone is told so, while it is fetched again", async () => {
  const { job, lease } = await world.leaseRun();
  const file = `${job.git_storage.path}.tar.zst`;
  await rm(file);
  const path = `/v1/worker/jobs/${job.job_id}/archive`;
  const answer = await server.request("GET", path, { token });
  expect([answer.status, (await json<{ code: string }>(answer, 404)).code]).toEqual([404, "worker.archive_missing"]);
  expect(answer.headers.get("retry-after")).toBe("60");
  await server.app.jobs.idle();
  expect((await server.request("GET", path, { token })).status).toBe(200);
  expect((await world.post(`/v1/worker/leases/${lease.id}/release`)).status).toBe(204);
});

test("a repository that had to give up its name keeps its run waiting, and no worker is blamed", async () => {
  const { job, lease } = await world.leaseRun();
  const { sql } = server.app.db;
  const named = (name: string) => sql`UPDATE repositories SET name = ${name} WHERE id = ${world.repositoryId}`;
  // Nobody finds out what it is called now.
  await server.app.jobs.pause("repositories.refresh");
  await named("api~123");
  const archive = await server.request("GET", `/v1/worker/jobs/${job.job_id}/archive`, { token });
  expect([archive.status, (await json<{ code: string }>(archive, 404)).code]).toEqual([404, "worker.archive_missing"]);
  expect((await world.post(`/v1/worker/leases/${lease.id}/release`)).status).toBe(204);
  for (let times = 1; times <= 7; times += 1) {
    expect((await world.ask()).status).toBe(204);
    await sql`UPDATE worker_jobs SET held_until = NULL`;
  }
  await world.endLostRuns();
  expect(await sql`SELECT expiries, refetches FROM worker_jobs WHERE job_id = ${job.job_id}`).toMatchObject([
    { expiries: 0, refetches: 0 },
  ]);
  await named("api");
  await server.app.jobs.resume("repositories.refresh");
  const again = await world.lease();
  expect(again.job.job_id).toBe(job.job_id);
  expect((await world.post(`/v1/worker/leases/${again.lease.id}/release`)).status).toBe(204);
});

test("a storage out of reach while jobs are handed out uses up none of a run's tries", async () => {
  const { job, lease } = await world.leaseRun();
  expect((await world.post(`/v1/worker/leases/${lease.id}/release`)).status).toBe(204);
  const checksum = `${job.git_storage.path}.tar.zst.shasum`;
  await rename(checksum, `${checksum}.aside`);
  // Nothing of a file system answers where a link leads to itself.
  await symlink(checksum, checksum);
  for (let times = 1; times <= 4; times += 1) {
    expect((await world.ask()).status).toBe(204);
    await server.app.db.sql`UPDATE worker_jobs SET held_until = NULL`;
  }
  await world.endLostRuns();
  await rename(`${checksum}.aside`, checksum);
  expect((await world.lease()).job.job_id).toBe(job.job_id);
});

test("a process that dies while it makes a job ready uses up none of the run's tries", async () => {
  const [jobId = ""] = await world.queueRuns(1);
  const { sql } = server.app.db;
  for (let times = 1; times <= 4; times += 1) {
    await sql`
      UPDATE worker_jobs SET lease_id = gen_random_uuid(), worker = 'w', leased_until = now() - interval '1 second', given = false
       WHERE job_id = ${jobId}`;
    await world.endLostRuns();
    const { lease } = await world.lease();
    expect((await world.post(`/v1/worker/leases/${lease.id}/release`)).status).toBe(204);
  }
  expect(await sql`SELECT expiries FROM worker_jobs`).toMatchObject([{ expiries: 0 }]);
});
