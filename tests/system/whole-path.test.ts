import { expect, test } from "bun:test";
import { join } from "node:path";
import { repositoryFolder } from "../../plugins/storage/names";
import { json, pushed, webhookUrl } from "../../testing/factories";
import { uiBaseUrl, usePlatform } from "./world/platform";
import { until } from "./world/until";
import { findings, withWorkers } from "./world/worker";

const platform = await usePlatform();
const { server, github, onGitHub, admin, token, repositoryId } = platform;
const commitUrl = (sha: string) => `/v1/repositories/api/commits/${sha}`;
const get = async <T = unknown>(path: string): Promise<T> => json<T>(await server.request("GET", path, { token: admin }), 200);
const report = (method: string, path: string, body?: unknown) => server.request(method, path, { token, body });
const statusesOf = (sha: string) =>
  github.statuses({ sha }).map(({ context, state, description, target_url }) => ({ context, state, description, target_url }));
const pending = (sha: string) => ({
  context: "cocov",
  state: "pending" as const,
  description: "Checks are running",
  target_url: `${uiBaseUrl}/repos/api/commits/${sha}/checks`,
});
const failure = (sha: string, description: string) => ({
  context: "cocov",
  state: "failure" as const,
  description,
  target_url: `${uiBaseUrl}/repos/api/commits/${sha}/issues`,
});

/** Works on a commit's run as the next Worker does, with these issues of `cocov/lint`. */
async function runChecks(sha: string, issues: object[]): Promise<void> {
  const lease: { job: { sha: string } } = await json(await report("POST", "/v1/worker/leases", { worker: "w" }), 200);
  expect(lease.job.sha).toBe(sha);
  const commit = `/v1/repositories/${repositoryId}/commits/${sha}`;
  const answers = [
    await report("POST", `${commit}/check_set/notify_in_progress`),
    await report("PATCH", `${commit}/checks`, { plugin_name: "cocov/lint", status: "in_progress" }),
    await report("PUT", `/v1/repositories/${repositoryId}/issues`, { sha, source: "cocov/lint:v1", issues }),
    await report("PATCH", `${commit}/checks`, { plugin_name: "cocov/lint", status: "completed" }),
    await report("PATCH", `${commit}/checks`, { plugin_name: "cocov/audit", status: "completed" }),
    await report("POST", `${commit}/checks/wrap_up`),
  ];
  expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204, 204]);
  await server.app.jobs.idle();
}

const issue = (uid: string, kind: string, line: number) => ({
  uid,
  kind,
  file: "main.c",
  line_start: line,
  line_end: line,
  message: `Found ${uid}`,
});

let first = "";

test("a push is fetched, stored, and its checks wait for a Worker while GitHub shows that they run", async () => {
  await runChecks((await onGitHub.head()) ?? "", []);
  ({ sha: first } = await pushed(server, github, onGitHub, {
    files: { "main.c": "int main() {\n  return 1;\n}\n" },
    message: "Return",
  }));
  const folder = join(server.dataDir, "git_storage", repositoryFolder("api"));
  const archive = await Bun.file(join(folder, `${first}.tar.zst`)).bytes();
  const sum = new Bun.CryptoHasher("sha256").update(archive).digest("hex");
  expect(await Bun.file(join(folder, `${first}.tar.zst.shasum`)).text()).toBe(`sha256:${sum}`);
  expect(await get(`${commitUrl(first)}/checks`)).toMatchObject({
    status: "queued",
    commit: { sha: first, message: "Return", checks_status: "queued", issues_count: null },
    checks: [
      { plugin_name: "cocov/audit", status: "waiting" },
      { plugin_name: "cocov/lint", status: "waiting" },
    ],
  });
  expect(statusesOf(first)).toEqual([pending(first)]);
  // The branch keeps its figures until there are new ones.
  expect(await get("/v1/repositories/api/branches/main")).toMatchObject({ issues: 0, head: { sha: first } });
});

test("what its Worker reports shows everywhere, and GitHub gets the final status after the pending one", async () => {
  await runChecks(first, [issue("a", "bug", 2), issue("b", "style", 1), issue("c", "bug", 3)]);
  expect(statusesOf(first)).toEqual([pending(first), failure(first, "3 issues found")]);
  expect(await get(`${commitUrl(first)}/checks`)).toMatchObject({
    status: "completed",
    issues: { "cocov/lint": 3 },
    commit: { checks_status: "completed", issues_count: 3 },
  });
  expect(await get(`${commitUrl(first)}/checks/summary`)).toMatchObject([
    { name: "cocov/audit", status: "completed", issue_count: 0 },
    { name: "cocov/lint", status: "completed", issue_count: 3 },
  ]);
  expect(await get(`${commitUrl(first)}/issues?category=bug`)).toMatchObject({
    issues: [
      { uid: "a", check_source: "cocov/lint", line_start: 2, affected_file: { status: "ok" } },
      { uid: "c", check_source: "cocov/lint", line_start: 3, affected_file: { status: "ok" } },
    ],
    paging: [{ page: 1, total_pages: 1 }],
  });
  expect(await get(`${commitUrl(first)}/issues/sources`)).toEqual({ "cocov/audit": 0, "cocov/lint": 3 });
  expect(await get(`${commitUrl(first)}/issues/states`)).toEqual({ active: 3, ignored: 0 });
  expect(await get("/v1/repositories/api/branches/top_issues/main")).toEqual({ bug: 2, style: 1 });
  expect(await get("/v1/repositories/api")).toMatchObject({ issues: 3, head: { checks_status: "completed" } });
});

test("the next commit starts from nothing and leaves the one before alone", async () => {
  const { sha } = await pushed(server, github, onGitHub, { files: { "main.c": "int main() {}\n" } });
  expect(await get(`${commitUrl(sha)}/issues`)).toMatchObject({ issues: [] });
  expect(await get("/v1/repositories/api")).toMatchObject({ issues: 3 });
  await runChecks(sha, [issue("a", "bug", 1)]);
  expect(statusesOf(sha)).toEqual([pending(sha), failure(sha, "1 issue found")]);
  expect(await get("/v1/repositories/api")).toMatchObject({ issues: 1 });
  expect(await get(`${commitUrl(first)}/issues/states`)).toEqual({ active: 3, ignored: 0 });
});

test("a branch that moves to a commit with results has its figures at once, and starts no second run", async () => {
  const payload = await github.payloads.push(onGitHub, { branch: "hot/fix", before: null, after: first });
  expect((await github.deliver("push", payload, { to: webhookUrl(server) })).status).toBe(200);
  await until(
    async () => (await server.request("GET", "/v1/repositories/api/branches/hot/fix", { token: admin })).ok,
    () => "the branch isn't there",
  );
  expect(await get("/v1/repositories/api/branches/hot/fix")).toMatchObject({ issues: 3, head: { sha: first } });
  await server.app.jobs.idle();
  expect(statusesOf(first)).toHaveLength(2);
  expect(await get(`${commitUrl(first)}/checks`)).toMatchObject({ status: "completed" });
  expect(await get("/v1/repositories/api/branches/hot/fix")).toMatchObject({ issues: 3 });
  expect(await get("/v1/repositories/api/branches")).toEqual({ branches: ["main", "hot/fix"] });
});

test("a deleted branch is gone, its commit stays", async () => {
  await github.deliver("delete", github.payloads.delete(onGitHub, "hot/fix"), { to: webhookUrl(server) });
  await server.app.jobs.idle();
  expect((await server.request("GET", "/v1/repositories/api/branches/hot/fix", { token: admin })).status).toBe(404);
  expect(await get("/v1/repositories/api/branches")).toEqual({ branches: ["main"] });
  expect(await get(`${commitUrl(first)}/checks`)).toMatchObject({ status: "completed" });
});

test("canceled and started again, a run ends with the status of the last one", async () => {
  const { sha } = await pushed(server, github, onGitHub, { files: { "main.c": "int main() { return 0; }\n" } });
  expect((await server.request("DELETE", `${commitUrl(sha)}/checks`, { token: admin })).status).toBe(204);
  await server.app.jobs.idle();
  expect(await get(`${commitUrl(sha)}/checks`)).toMatchObject({ status: "canceled" });
  expect((await report("POST", "/v1/worker/leases", { worker: "w" })).status).toBe(204);
  expect((await server.request("POST", `${commitUrl(sha)}/checks/re_run`, { token: admin })).status).toBe(204);
  const total = findings(sha, "cocov/lint").length + findings(sha, "cocov/audit").length;
  await withWorkers(2, { address: () => server.url, token }, async () => {
    await until(
      async () => (await get<{ status: string }>(`${commitUrl(sha)}/checks`)).status === "completed",
      () => "the run doesn't end",
    );
  });
  await server.app.jobs.idle();
  expect(statusesOf(sha).map(({ state }) => state)).toEqual([
    "pending",
    "failure",
    "pending",
    total > 0 ? "failure" : "success",
  ]);
  expect(await get("/v1/repositories/api")).toMatchObject({ issues: total });
});
