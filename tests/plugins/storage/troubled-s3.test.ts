import { afterAll, afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryFolder } from "../../../plugins/storage/names";
import { createS3Store } from "../../../plugins/storage/s3-store";
import { startTroubledS3 } from "./troubled-s3";

setDefaultTimeout(30_000);

/** What a store does with a bucket that is busy, slow, or breaks off. */
const root = await mkdtemp(join(tmpdir(), "cocov-troubled-s3-"));
const s3 = await startTroubledS3();
afterEach(() => s3.calm());
afterAll(async () => {
  await s3[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});
const store = createS3Store(s3.client, root);
/** Doesn't wait as long. */
const hasty = createS3Store(s3.client, root, { askMs: 500, sendMs: 500 });

const busy = { status: 503, code: "SlowDown" } as const;
const small = crypto.getRandomValues(new Uint8Array(50_000));
/** More than one part of an upload. */
const large = new Uint8Array(11 * 1024 * 1024).fill(7);
const digest = (bytes: Uint8Array) => new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
const shaOf = (text: string) => new Bun.CryptoHasher("sha1").update(text).digest("hex");
const put = (sha: string, bytes: Uint8Array<ArrayBuffer>, to = store) =>
  to.put("api", sha, async (path) => {
    await Bun.write(path, bytes);
    return { sha256: digest(bytes), size: bytes.length };
  });
const bytesOf = async (sha: string) => {
  const stored = await store.find("api", sha);
  return stored && (await new Response(store.open(stored)).bytes());
};
const keysOf = async (sha: string) => (await s3.behind.keys()).filter((key) => key.includes(sha));
const expectNothingOf = async (sha: string) => {
  expect(await keysOf(sha)).toEqual([]);
  expect(await readdir(root)).toEqual([]);
};

test("a bucket that is busy is asked again, whatever it is asked for", async () => {
  const sha = shaOf("busy");
  for (const method of ["GET", "HEAD", "PUT"]) s3.trouble({ method, times: 2 }, busy);
  await put(sha, small);
  expect(await bytesOf(sha)).toEqual(small);
  for (const method of ["GET", "PUT"]) s3.trouble({ method, times: 1 }, busy);
  await store.rename("api", "api2");
  expect(await store.find("api2", sha)).toMatchObject({ size: small.length });
  for (const method of ["GET", "DELETE"]) s3.trouble({ method, times: 1 }, busy);
  await store.removeRepository("api2", async () => null);
  s3.trouble({ method: "DELETE", times: 2 }, busy);
  await store.remove("api", sha);
  await expectNothingOf(sha);
});

test.each([
  ["small", small],
  ["large", large],
])("a %s upload that breaks off in the middle is made again", async (size, bytes) => {
  const sha = shaOf(`cut once, ${size}`);
  s3.trouble({ method: "PUT", times: 1 }, { cutAfterBytes: 20_000 });
  await put(sha, bytes);
  expect(digest((await bytesOf(sha)) ?? small)).toBe(digest(bytes));
});

test.each([
  ["an upload that always breaks off", { method: "PUT" }, { cutAfterBytes: 20_000 }, small],
  ["a large upload that always breaks off", { method: "PUT" }, { cutAfterBytes: 20_000 }, large],
  ["a large upload that can't be begun", { method: "POST" }, busy, large],
  ["a large upload that can't be ended", { method: "POST", path: /uploadId/ }, busy, large],
  ["a checksum that can't be written", { method: "PUT", path: /shasum/ }, busy, small],
  ["credentials that have run out", { method: "PUT" }, { status: 400, code: "ExpiredToken" }, small],
])("leaves nothing behind of %s, and a later attempt succeeds", async (what, affected, how, bytes) => {
  const sha = shaOf(what);
  s3.trouble(affected, how);
  const failing = put(sha, bytes);
  await expect(failing).rejects.toMatchObject({ name: "SnapshotError", reason: "unavailable" });
  if ("code" in how) await expect(failing).rejects.toThrow(how.code);
  s3.calm();
  await expectNothingOf(sha);
  await put(sha, bytes);
  expect(await store.find("api", sha)).toMatchObject({ sha256: digest(bytes), size: bytes.length });
});

test("credentials that have run out are named by what can be read of them", async () => {
  for (const method of ["GET", "HEAD"]) s3.trouble({ method }, { status: 403, code: "ExpiredToken" });
  await expect(store.find("api", shaOf("expired"))).rejects.toThrow("ExpiredToken");
  await expect(store.prepare()).rejects.toThrow("ExpiredToken");
});

test("an upload that gets stuck is given up", async () => {
  const sha = shaOf("stuck");
  s3.trouble({ method: "PUT" }, "stall");
  await expect(put(sha, small, hasty)).rejects.toMatchObject({ reason: "timeout" });
  s3.calm();
  await expectNothingOf(sha);
});

test("questions that aren't answered are given up", async () => {
  const sha = shaOf("unanswered");
  await put(sha, small);
  for (const method of ["GET", "HEAD"]) s3.trouble({ method }, "stall");
  await expect(hasty.find("api", sha)).rejects.toMatchObject({ reason: "timeout" });
  await expect(hasty.prepare()).rejects.toMatchObject({ reason: "timeout" });
});

test("bytes that don't come any more end with an error, not never", async () => {
  const sha = shaOf("reading");
  const stored = await put(sha, small);
  expect(stored.location).toBe(`${repositoryFolder("api")}/${sha}.tar.zst`);
  s3.trouble({ method: "GET" }, "stall");
  await expect(new Response(hasty.read(stored)).bytes()).rejects.toMatchObject({ reason: "timeout" });
  s3.calm();
  s3.trouble({ method: "GET" }, busy);
  await expect(new Response(store.open(stored)).bytes()).rejects.toMatchObject({ reason: "unavailable" });
});
