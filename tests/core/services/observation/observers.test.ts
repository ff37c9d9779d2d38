import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { createRepository, signIn } from "../../../../testing/factories";
import { startGitHub } from "../../../../testing/github";
import { startTestServer, useTestServer } from "../../../../testing/server";
import { endless, type Told, told, waiting } from "./world/watcher";

const github = await startGitHub();
afterAll(() => github.stop());
for (const name of ["web", "api"]) await github.addRepository({ name });
const load = ["watcher", "clumsy"].map((name) => join(import.meta.dir, "world", name));
const server = await useTestServer({ env: github.environment(), config: { plugins: { load } } });
const { jobs } = server.app;
beforeEach(() => void told.splice(0));

const callersSpan = "b7ad6b7169203331";
const traceparent = `00-0af7651916cd43dd8448eb211c80319c-${callersSpan}-01`;

const look = (repository: string, secret = "-") =>
  server.request("POST", `/watched/${repository}`, { body: { secret }, headers: { traceparent, "x-request-id": "r-1" } });
/** What was told of a kind, as far as it was begun with this. */
const those = (kind: Told["kind"], begun: object = {}) =>
  told.filter((entry) => entry.kind === kind && Bun.deepMatch(begun, entry.begun));
const statements = (words: string) =>
  those("statement").filter(({ begun }) => "text" in begun && String(begun.text).includes(words));
const endOf = (entry: Told | undefined) => entry?.ended;

describe("a request that enqueues a job that sends SQL and calls GitHub", () => {
  test("is told of, each with its outcome, nested as it happened", async () => {
    expect((await look("web")).status).toBe(204);
    await jobs.idle();
    const [request] = those("request");
    expect(request).toMatchObject({
      begun: { method: "POST", route: "/watched/:repository" },
      ended: { status: 204, actor: "user:ada" },
      parent: callersSpan,
      actor: null,
      requestId: "r-1",
    });
    const [ofRequest] = statements("of the request");
    expect(ofRequest).toMatchObject({
      begun: { text: 'SELECT $1::text AS "of the request"', inTransaction: false },
      ended: { error: null },
      parent: request?.span,
      actor: "user:ada",
    });
    const [job, ...others] = those("job", { name: "watcher.look" });
    expect(others).toEqual([]);
    expect(job).toMatchObject({
      begun: { attempt: 1 },
      ended: { outcome: "completed" },
      parent: request?.span,
      actor: "user:ada",
      requestId: "r-1",
    });
    expect(statements("of the job")[0]).toMatchObject({
      begun: { inTransaction: true },
      ended: { error: null },
      parent: job?.span,
    });
    const [read, ...again] = those("call", { kind: "github", name: "GET /repos/{owner}/{repo}" });
    expect(again).toEqual([]);
    expect(read).toMatchObject({ ended: { error: null }, parent: job?.span });
    for (const entry of [request, ofRequest, job, read])
      expect(endOf(entry)).toHaveProperty("milliseconds", expect.any(Number));
  });

  test("is told of as the doing of its own job, though others ask GitHub at the same time", async () => {
    await Promise.all(Array.from({ length: 8 }, () => look("web")));
    await jobs.idle();
    const spans = those("job", { name: "watcher.look" }).map(({ span }) => span);
    const parents = those("call", { name: "GET /repos/{owner}/{repo}" }).map(({ parent }) => parent);
    expect(parents.toSorted()).toEqual(spans.toSorted());
  });

  test("shows each page of a list by the list's name, since its address is made by GitHub", async () => {
    await look("web");
    await jobs.idle();
    expect(those("call", { name: "GET /orgs/{org}/repos" })).toHaveLength(2);
  });

  test("shows nothing of what was sent", async () => {
    const secret = "hunter2";
    await server.request("POST", `/watched/web?secret=${secret}&x=${secret}`, {
      token: secret,
      headers: { cookie: secret, "x-secret": secret },
    });
    await server.request("GET", `/watched-app/${secret}?${secret}`);
    await server.request("GET", `/${secret}`);
    await look("web", secret);
    await jobs.idle();
    const all = Bun.inspect(told, { depth: 100 });
    expect(all).toContain("of the job");
    for (const hidden of [secret, "acme", "127.0.0.1", "ghs_"]) expect(all).not.toContain(hidden);
  });
});

describe("what ends otherwise", () => {
  test("is told with its code: a refusal of GitHub, a failed attempt, a dead job", async () => {
    await look("missing");
    await jobs.idle();
    const attempts = those("job", { name: "watcher.look" });
    expect(attempts.map(({ begun }) => begun)).toMatchObject([{ attempt: 1 }, { attempt: 2 }]);
    expect(attempts.map(endOf)).toMatchObject([{ outcome: "failed" }, { outcome: "dead" }]);
    expect(those("call", { name: "GET /repos/{owner}/{repo}" }).map(endOf)).toMatchObject([{ error: "404" }, { error: "404" }]);
  });

  test("and a statement with its SQLSTATE", async () => {
    await server.app.db.sql`SELECT 1 / ${0}::integer AS infinity`.catch(() => undefined);
    expect(statements("infinity").map(endOf)).toMatchObject([{ error: "22012" }]);
  });

  test.each(endless)("and a job that is handed back as the process ends: %s", async (repository) => {
    waiting.begun = Promise.withResolvers();
    const other = await startTestServer({ env: github.environment(), config: { plugins: { load } } });
    await other.request("POST", `/watched/${repository}`, { body: { secret: "-" } });
    await waiting.begun.promise;
    await other.stop();
    expect(those("job", { name: "watcher.look" }).map(endOf)).toMatchObject([{ outcome: "handed_back" }]);
  });
});

test("what git does for a commit is told of as part of the job that has it done, without addresses and tokens", async () => {
  github.addUser({ login: "ada" });
  const ada = await signIn(server, github, "ada");
  await createRepository(server, github, ada, { name: "fetched", collaborators: { ada: "admin" } });
  const [job] = those("job", { name: "repositories.process_commit" });
  const calls = those("call", { kind: "git" });
  expect(calls.map(({ begun, ended, parent }) => ({ ...begun, ...ended, parent }))).toMatchObject(
    ["fetch", "archive", "gc"].map((name) => ({ name, error: null, parent: job?.span })),
  );
  const all = Bun.inspect(told, { depth: 100 });
  for (const hidden of [ada, "fetched", "ghs_", github.url]) expect(all).not.toContain(hidden);
});

test("requests are told of by what was declared for them, and not by their paths", async () => {
  await server.request("GET", "/nowhere/at/all");
  await server.request("GET", "/watched-app/a/b");
  await server.request("POST", "/watched/web");
  expect(those("request").map(({ begun, ended }) => ({ ...begun, ...ended }))).toMatchObject([
    { method: "GET", route: null, status: 404 },
    { method: "GET", route: "/watched-app/*", status: 200 },
    { method: "POST", route: "/watched/:repository", status: 400 },
  ]);
});

test("what an observer does itself isn't told", async () => {
  await look("web");
  await jobs.idle();
  expect(statements("of the observer")).toEqual([]);
  expect(statements("of the request")).toHaveLength(1);
});

test("observers that fail are logged once each, and nothing else becomes of it", async () => {
  for (const repository of ["web", "api"]) expect((await look(repository)).status).toBe(204);
  await jobs.idle();
  const lines = server
    .logs()
    .split("\n")
    .filter((line) => line.includes("an observer failed"));
  const failed = lines.map((line) => {
    const { plugin, observer, error } = JSON.parse(line);
    return `${plugin} ${observer}: ${error.message}`;
  });
  expect(failed.toSorted()).toEqual([
    "clumsy call: can't wait",
    "clumsy job: can't end",
    "clumsy request: can't begin",
    'clumsy statement: an observer made "nonsense" the trace: no traceparent',
  ]);
});
