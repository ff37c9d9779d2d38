import { expect, test } from "bun:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { type CoveredRepository, lines, useCoverageWorld } from "./coverage-world";

const world = await useCoverageWorld();
const { platform } = world;
const repository = await world.repository("bodies");
const { sha } = await repository.push();

function send(body: BodyInit | null, headers: Record<string, string> = {}, query = ""): Promise<Response> {
  const authorization = `token ${repository.token}`;
  return fetch(`${platform.url}/v1/reports${query}`, { method: "POST", headers: { authorization, ...headers }, body });
}
const json = { "content-type": "application/json" };
const urlEncoded = { "content-type": "application/x-www-form-urlencoded" };
const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as { code: string }).code];
const kept = async () => (await platform.db.sql`SELECT id FROM coverage_uploads WHERE repository_id = ${repository.id}`).length;

async function covered(of: CoveredRepository = repository): Promise<Record<string, number>> {
  await platform.idle();
  const { files } = await of.get<{ files: { file: string; percent_covered: number }[] }>(`/commits/${sha}/coverage`);
  return Object.fromEntries(files.map(({ file, percent_covered }) => [file, percent_covered]));
}

const [hit, half] = [lines("37"), lines("30 1E 34")];
const odd = "app/[id]/übung & +.rb";

test("a URL-encoded form has a field for each file", async () => {
  const form = new URLSearchParams({ "data[./a.rb]": half, [`data[${odd}]`]: hit, other: "1", commit_sha: ` ${sha} ` });
  expect((await send(form)).status).toBe(204);
  expect(await covered()).toEqual({ "a.rb": 50, [odd]: 100 });
  expect((await send(`data[b.rb]=${half}&data[b.rb]=Nw%3D%3d&&commit_sha=${sha}`, urlEncoded)).status).toBe(204);
  expect(await covered()).toEqual({ "b.rb": 100 });
});

test("so has a multipart form", async () => {
  const form = new FormData();
  form.set(`data[${odd}]`, half);
  form.set("data[/a.rb]", new Blob([hit]), "a");
  form.set("commit_sha", sha);
  expect((await send(form)).status).toBe(204);
  expect(await covered()).toEqual({ "a.rb": 100, [odd]: 50 });
});

test.each<[string, BodyInit, Record<string, string>, string]>([
  ["a form without files", `commit_sha=${sha}`, urlEncoded, "report.missing_data"],
  ["a blank text for files", `data=&commit_sha=${sha}`, urlEncoded, "report.missing_data"],
  ["a text for files", `data=x&commit_sha=${sha}`, urlEncoded, "report.invalid_data"],
  ["files without a path", `data[]=Nw&commit_sha=${sha}`, urlEncoded, "report.invalid_data"],
  ["a form without a commit", "data[a]=Nw", urlEncoded, "report.missing_commit_sha"],
  ["broken percent-encoding", `data[a]=N%&commit_sha=${sha}`, urlEncoded, "request.malformed"],
  ["a name that isn't UTF-8", `data[%ff]=&commit_sha=${sha}`, urlEncoded, "report.invalid_data"],
  ["multipart without a boundary", "--x", { "content-type": "multipart/form-data" }, "request.malformed"],
  ["multipart that ends early", "--x\r\n", { "content-type": "multipart/form-data; boundary=x" }, "request.malformed"],
  ["text", "data", { "content-type": "text/plain" }, "report.missing_data"],
  ["JSON that ends early", `{"data": {"a": "N`, json, "request.malformed"],
  ["JSON with something behind", `{"data": {}} x`, json, "request.malformed"],
  ["a list", "[]", json, "request.malformed"],
  ["bytes that aren't UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0x22]), json, "request.malformed"],
  ["half of a character at the end", new Uint8Array([0x7b, 0x7d, 0xc3]), json, "request.malformed"],
  ["files twice", `{"data": {"a": ""}, "data": {"a": ""}, "commit_sha": "${sha}"}`, json, "report.invalid_data"],
  ["a list of commits", `{"data": {}, "commit_sha": ["${sha}"]}`, json, "report.missing_commit_sha"],
  ["half of a pair", `{"data": {"a\\ud800": ""}, "commit_sha": "${sha}"}`, json, "report.invalid_data"],
])("%s is refused, and leaves nothing", async (_what, body, headers, code) => {
  expect(await codeOf(await send(body, headers))).toEqual([400, code]);
  expect(await kept()).toBe(0);
});

test("the commit may stand in the query", async () => {
  const body = `\uFEFF{"extra": [{"data": 1}, "x"], "data": {"\\u00fc/\\ud83d\\ude00.rb": "${hit.replace("=", "\\u003d")}"}}`;
  expect((await send(body, json, `?commit_sha=${sha}`)).status).toBe(204);
  expect(await covered()).toEqual({ "ü/😀.rb": 100 });
});

for (const [encoding, pack] of [
  ["gzip", gzipSync],
  ["zstd", zstdCompressSync],
] as const) {
  const packed = { ...json, "content-encoding": encoding };
  const body = JSON.stringify({ commit_sha: sha, data: { "a.rb": lines("31 1E".repeat(5_000)) } });

  test(`${encoding} that is cut, altered or not there is refused, and leaves nothing`, async () => {
    const whole = new Uint8Array(pack(body));
    const form = new Uint8Array(pack(`commit_sha=${sha}&data[a.rb]=${"Nw".repeat(1_000)}`));
    const cut = [whole.slice(0, -1), whole.slice(0, 20), new TextEncoder().encode(body)];
    for (const bytes of cut) expect(await codeOf(await send(bytes, packed))).toEqual([400, "request.malformed"]);
    expect(await codeOf(await send(form.slice(0, -9), { ...packed, ...urlEncoded }))).toEqual([400, "request.malformed"]);
    expect(await codeOf(await send(null, packed))).toEqual([400, "report.missing_data"]);
    expect(await kept()).toBe(0);
    expect((await send(whole, packed)).status).toBe(204);
  });

  test(`${encoding} that becomes too large is refused when it has, and leaves nothing`, async () => {
    const large = Buffer.alloc(96 * 1024 * 1024, 0x30);
    large.write(`{"commit_sha": "${sha}", "data": {"a.rb": "`);
    expect(await codeOf(await send(new Uint8Array(pack(large)), packed))).toEqual([413, "request.too_large"]);
    expect(await kept()).toBe(0);
  });
}

test("an upload whose sender goes away leaves nothing", async () => {
  const text = `{"commit_sha": "${sha}", "data": {"a.rb": "${"A".repeat(3 * 1024 * 1024)}`;
  const sender = new AbortController();
  const endless = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
    pull: () => new Promise<never>(() => undefined),
  });
  const sent = fetch(`${platform.url}/v1/reports`, {
    method: "POST",
    headers: { authorization: `token ${repository.token}`, ...json },
    body: endless,
    signal: sender.signal,
  }).catch(() => "gone");
  const arriving = async () =>
    (await platform.db.sql`SELECT id FROM coverage_uploads WHERE repository_id = ${repository.id} AND sha IS NULL`).length;
  while ((await arriving()) === 0) await Bun.sleep(5);
  sender.abort();
  expect(await sent).toBe("gone");
  while ((await arriving()) > 0) await Bun.sleep(5);
});
