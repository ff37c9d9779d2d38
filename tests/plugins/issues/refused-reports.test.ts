import { expect, test } from "bun:test";
import { issue, useIssuesWorld } from "./issues-world";

const world = await useIssuesWorld();
const repository = await world.repository("widgets");
const { sha } = await repository.push({ files: { "app.rb": "1\n" } });
const path = `/v1/repositories/${repository.id}/issues`;

/** Sends text as it is. @returns status, code and message */
async function send(body: string | Uint8Array, { to = path, type = "application/json", token = world.worker } = {}) {
  const headers = { authorization: `bearer ${token}`, ...(type === "" ? {} : { "content-type": type }) };
  const answer = await fetch(`${world.server.url}${to}`, { method: "PUT", headers, body: new Uint8Array(Buffer.from(body)) });
  const text = await answer.text();
  const { code, message }: { code?: string; message?: string } = text === "" ? {} : JSON.parse(text);
  return { status: answer.status, code, message };
}
const report = (changes: Record<string, unknown>) => JSON.stringify({ sha, source: "cocov/rubocop", issues: [], ...changes });

async function stored(): Promise<number> {
  const { active } = await repository.get<{ active: number }>(`/commits/${sha}/issues/states`);
  return active;
}

test.each(["application/json; charset=utf-8", "Application/JSON", "application/vnd.cocov+json"])("%s is JSON", async (type) => {
  expect(await send(report({}), { type })).toMatchObject({ status: 204 });
});

test.each(["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])(
  "a body of type '%s' is refused as not JSON",
  async (type) => {
    expect(await send(report({}), { type })).toMatchObject({ status: 400, code: "issues.json_required" });
  },
);

test.each([
  ["cut short", '{"sha": "'],
  ["a list", "[]"],
  ["a text", '"issues"'],
  ["null", "null"],
  ["not UTF-8", Buffer.concat([Buffer.from('{"sha":"'), Buffer.from([0xff]), Buffer.from('"}')])],
])("a body that is %s is malformed", async (_, body) => {
  expect(await send(body)).toMatchObject({ status: 400, code: "request.malformed" });
});

const changed = (change: Record<string, unknown>) => ({ issues: [issue("good"), issue("bad", change)] });

test.each<[string, Record<string, unknown>, string]>([
  ["no sha", { sha: undefined }, "sha"],
  ["a null sha", { sha: null }, "sha"],
  ["a blank sha", { sha: " " }, "sha"],
  ["a number as sha", { sha: 12 }, "sha"],
  ["no source", { source: undefined }, "source"],
  ["a blank source", { source: "" }, "source"],
  ["a list as source", { source: ["a"] }, "source"],
  ["an object as issues", { issues: {} }, "issues"],
  ["a text as issues", { issues: "none" }, "issues"],
  ["false as issues", { issues: false }, "issues"],
  ["a text as issue", { issues: [issue("good"), "bad"] }, "issues.1"],
  ["null as issue", { issues: [null] }, "issues.0"],
  ["a list as issue", { issues: [[]] }, "issues.0"],
  ["a blank uid", changed({ uid: " \n" }), "issues.1.uid"],
  ["a number as uid", changed({ uid: 1 }), "issues.1.uid"],
  ["a uid of more than 512 characters", changed({ uid: "🐱".repeat(513) }), "issues.1.uid"],
  ["a file of more than 4,096 bytes", changed({ file: "é".repeat(2_049) }), "issues.1.file"],
  ["a source whose short name has more than 512 characters", { source: `cocov/${"x".repeat(512)}` }, "source"],
  ["an unknown kind", changed({ kind: "smell" }), "issues.1.kind"],
  ["a kind in another case", changed({ kind: "Bug" }), "issues.1.kind"],
  ["null as kind", changed({ kind: null }), "issues.1.kind"],
  ["null as file", changed({ file: null }), "issues.1.file"],
  ["an object as message", changed({ message: {} }), "issues.1.message"],
  ["a text as line", changed({ line_start: "4" }), "issues.1.line_start"],
  ["a fraction as line", changed({ line_end: 1.5 }), "issues.1.line_end"],
  ["null as line", changed({ line_start: null }), "issues.1.line_start"],
  ...["uid", "kind", "file", "message"].map((key): [string, Record<string, unknown>, string] => [
    `no ${key}`,
    changed({ [key]: undefined }),
    `issues.1.${key}`,
  ]),
])("%s is refused, the place is named, and nothing is stored", async (_, changes, place) => {
  const { status, code, message } = await send(report(changes));
  expect({ status, code }).toEqual({ status: 400, code: "issues.validation_error" });
  expect(message).toInclude(` ${place}: `);
  expect(await stored()).toBe(0);
});

test("what isn't a report is refused before the repository is looked for", async () => {
  const nowhere = "/v1/repositories/999999/issues";
  expect(await send(report({ issues: 1 }), { to: nowhere })).toMatchObject({ code: "issues.validation_error" });
  expect(await send("{", { to: nowhere })).toMatchObject({ code: "request.malformed" });
  expect(await send(report({}), { to: nowhere })).toMatchObject({ status: 404, code: "not_found" });
});

test.each(["0".repeat(40), "HEAD", "x"])("the unknown commit %s is not found", async (unknown) => {
  expect(await send(report({ sha: unknown }))).toMatchObject({ status: 404, code: "not_found" });
});

test.each([
  `/v1/repositories/${repository.name}/issues`,
  "/v1/repositories/12abc/issues",
  "/v1/repositories/99999999999999999999/issues",
])("%s names no repository", async (to) => {
  expect(await send(report({}), { to })).toMatchObject({ status: 404, code: "not_found" });
});

test("people can't register issues", async () => {
  expect(await send("{", { token: world.admin })).toMatchObject({ status: 403, code: "auth.forbidden" });
  expect(await send(report({}), { token: `cos_${"0".repeat(64)}` })).toMatchObject({ status: 401, code: "auth.invalid_token" });
});

test("a report of more than 64 MiB is too large, one of several MiB isn't", async () => {
  const padding = (mebibytes: number) => report({ padding: "x".repeat(mebibytes * 1024 * 1024) });
  expect(await send(padding(64))).toMatchObject({ status: 413, code: "request.too_large" });
  expect(await send(padding(8))).toMatchObject({ status: 204 });
});

test("millions of things that aren't issues are refused at the first", async () => {
  const answer = await send(report({ issues: new Array(4_000_000).fill(1) }));
  expect(answer).toMatchObject({ status: 400, code: "issues.validation_error" });
  expect(answer.message).toInclude(" issues.0: ");
});
