import { expect, test } from "bun:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { coverageUploads } from "../../../plugins/coverage/tables";
import { coverageUpkeep } from "../../../plugins/coverage/uploads/waiting";
import { type CoveredRepository, lines, useCoverageWorld } from "./coverage-world";

const world = await useCoverageWorld();
const { platform } = world;
const { sql } = platform.db;

const statusOf = async (repository: CoveredRepository, sha: string) =>
  (await repository.get<{ status: string }>(`/commits/${sha}/coverage`)).status;
const filesOf = async (repository: CoveredRepository, sha: string) =>
  (await repository.get<{ files: { file: string }[] }>(`/commits/${sha}/coverage`)).files.map(({ file }) => file);
const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as { code: string }).code];
const waiting = async () => (await sql`SELECT id FROM coverage_uploads WHERE commit_id IS NULL`).length;

test("an upload needs the repository's token", async () => {
  const repository = await world.repository("guarded");
  const send = async (authorization?: string) =>
    await codeOf(
      await fetch(`${platform.url}/v1/reports`, { method: "POST", headers: authorization ? { authorization } : {}, body: "{" }),
    );
  expect(await send()).toEqual([401, "auth.no_authorization"]);
  expect(await send(`bearer ${repository.token}`)).toEqual([401, "auth.invalid_token"]);
  expect(await send(`bearer ${world.admin}`)).toEqual([401, "auth.invalid_token"]);
  expect(await send(`token crt_${"0".repeat(42)}`)).toEqual([403, "auth.forbidden"]);
  expect(await send(`TOKEN ${repository.token}`)).toEqual([400, "report.missing_data"]);
  expect(platform.logs()).not.toContain(repository.token);
});

test("what isn't a report is refused, the first mistake first", async () => {
  const repository = await world.repository("refusing");
  const sha = "a".repeat(40);
  const refused = async (commit: unknown, data: unknown) => await codeOf(await repository.upload(commit, data));
  expect(await refused(null, null)).toEqual([400, "report.missing_data"]);
  expect(await refused(sha, "")).toEqual([400, "report.missing_data"]);
  expect(await refused(sha, [])).toEqual([400, "report.missing_data"]);
  expect(await refused(" ", { "": 1 })).toEqual([400, "report.missing_commit_sha"]);
  for (const data of [
    "Nw==",
    ["a"],
    { a: 1 },
    { a: null },
    { " ": "" },
    { "./": "" },
    { "a\0": "" },
    { [`${"a".repeat(4097)}`]: "" },
  ]) {
    expect(await refused("HEAD", data)).toEqual([400, "report.invalid_data"]);
  }
  for (const id of ["HEAD", "abc", "g".repeat(40), "a".repeat(41)]) {
    expect(await refused(id, {})).toEqual([400, "report.invalid_commit_sha"]);
  }
});

test("a report may be packed, and unpacked it is no larger than others", async () => {
  const repository = await world.repository("packed");
  const { sha } = await repository.push();
  const send = (encoding: string, body: Uint8Array<ArrayBuffer>) =>
    fetch(`${platform.url}/v1/reports`, {
      method: "POST",
      headers: {
        authorization: `token ${repository.token}`,
        "content-type": "application/json",
        "content-encoding": encoding,
      },
      body,
    });
  const body = JSON.stringify({ commit_sha: sha, data: { "a.rb": "Nw==" } });
  for (const [encoding, pack] of [
    ["gzip", gzipSync],
    ["zstd", zstdCompressSync],
  ] as const) {
    expect((await send(encoding, new Uint8Array(pack(body)))).status).toBe(204);
    const bomb = new Uint8Array(pack(Buffer.alloc(65 * 1024 * 1024, 0x20)));
    expect(await codeOf(await send(encoding, bomb))).toEqual([413, "request.too_large"]);
    expect(await codeOf(await send(encoding, new TextEncoder().encode("no")))).toEqual([400, "request.malformed"]);
  }
  expect(await codeOf(await send("br", new TextEncoder().encode(body)))).toEqual([400, "request.malformed"]);
  await platform.idle();
  expect(await filesOf(repository, sha)).toEqual(["a.rb"]);
});

test("paths and ids are taken as reporters write them, and what is equal then counts once", async () => {
  const repository = await world.repository("forgiving");
  const { sha } = await repository.push();
  const data = { "a.rb": lines("15"), "./a.rb": lines("37"), "/b.rb": "\x15", ".//c.rb": "", "../d.rb": "", "./.e/f": "" };
  await repository.cover(` ${sha.toUpperCase()}\n`, data);
  const summary = await repository.get<{ least_covered: unknown[] }>(`/commits/${sha}/coverage/summary`);
  expect(summary).toMatchObject({ lines_covered: 1, lines_total: 2 });
  expect((await filesOf(repository, sha)).toSorted()).toEqual(["../d.rb", ".e/f", "a.rb", "b.rb", "c.rb"]);
});

test("an upload waits two hours for its commit, the newest of several", async () => {
  const repository = await world.repository("early");
  const sha = await repository.onGitHub.commit({ files: { "a.rb": "1\n" } });
  await repository.upload(sha, { "old.rb": lines("37") });
  await repository.upload(sha, { "new.rb": lines("37") });
  await repository.upload("b".repeat(64), { "never.rb": "" });
  await platform.idle();
  expect(await waiting()).toBe(2);
  await repository.move(sha);
  expect(await filesOf(repository, sha)).toEqual(["new.rb"]);
  await platform.letTimePass(2 * 3600 + 1, [coverageUploads.receivedAt]);
  await platform.run(coverageUpkeep, {});
  expect(await waiting()).toBe(0);
  expect(await sql`SELECT id FROM coverage_upload_parts`).toHaveLength(0);
});

test("of many uploads at once one counts, as a whole", async () => {
  const repository = await world.repository("contended");
  const { sha } = await repository.push();
  const names = Array.from({ length: 8 }, (_, index) => `upload-${index}`);
  const files = (name: string) => Object.fromEntries(["x", "y", "z"].map((file) => [`${name}/${file}`, lines("37")]));
  const answers = await Promise.all(names.map((name) => repository.upload(sha, files(name))));
  expect(answers.map(({ status }) => status)).toEqual(names.map(() => 204));
  await platform.idle();
  expect(await statusOf(repository, sha)).toBe("completed");
  const found = await filesOf(repository, sha);
  expect(found).toHaveLength(3);
  expect(new Set(found.map((file) => file.split("/")[0])).size).toBe(1);
  expect(await sql`SELECT id FROM coverage_uploads WHERE repository_id = ${repository.id}`).toHaveLength(0);
  await repository.cover(sha, { "last.rb": lines("15") });
  expect(await filesOf(repository, sha)).toEqual(["last.rb"]);
  expect((await repository.history("main")).at(-1)).toBe(0);
});

test("a deleted repository leaves nothing of its uploads", async () => {
  const repository = await world.repository("doomed");
  const { sha } = await repository.push();
  await repository.cover(sha, { "a.rb": lines("37") });
  await repository.upload("c".repeat(40), { "a.rb": "" });
  await platform.request("POST", "/v1/repositories/doomed/settings/delete", { token: world.admin });
  await platform.idle();
  expect(await sql`SELECT id FROM coverage_uploads WHERE repository_id = ${repository.id}`).toHaveLength(0);
  expect(await codeOf(await repository.upload(sha, {}))).toEqual([403, "auth.forbidden"]);
});
