import { expect, test } from "bun:test";
import { slowestProbeDuring } from "../../support/slowest-probe";
import { issue, manifest, type TestRepository, useIssuesWorld } from "./issues-world";

const world = await useIssuesWorld();
const repository = await world.repository("widgets");

interface Listed {
  commit: { issues_count: number | null };
  issues: {
    uid: string;
    message: string;
    check_source: string;
    line_start: number;
    line_end: number;
    ignored?: { ignore_source: string };
  }[];
  paging: [{ total_pages: number }];
}
const list = (sha: string, query = "") => repository.get<Listed>(`/commits/${sha}/issues?per_page=100${query}`);

async function commitWith(files: Record<string, string> = {}): Promise<string> {
  const { sha } = await repository.push({ files: { "app.rb": `# ${crypto.randomUUID()}\n`, ...files } });
  return sha;
}

async function makeRule(uid: string, { id }: TestRepository, retired = false): Promise<void> {
  await world.server.app.db.sql`
    INSERT INTO issue_ignore_rules (repository_id, uid, reason, check_source, kind, file, line_start, line_end, message, retired_at)
    VALUES (${id}, ${uid}, 'never mind', 'cocov/rubocop', 'bug', 'app.rb', 1, 1, 'm', ${retired ? new Date() : null})`;
}

test("issues are stored in their order, under the plugin's short name, and counted", async () => {
  const sha = await commitWith();
  const answer = await repository.put(sha, [issue("b"), issue("a"), issue("c")], "ghcr.io/cocov/rubocop:v1");
  expect([answer.status, await answer.text(), answer.headers.get("content-type")]).toEqual([204, "", null]);
  const { issues, commit } = await list(sha);
  expect(issues.map(({ uid, check_source }) => [uid, check_source])).toEqual([
    ["b", "cocov/rubocop"],
    ["a", "cocov/rubocop"],
    ["c", "cocov/rubocop"],
  ]);
  expect(commit.issues_count).toBe(3);
});

test("the commit is found whatever the case of its id, and extra keys are no obstacle", async () => {
  const sha = await commitWith();
  const answer = await repository.put(sha.toUpperCase(), [issue("a", { severity: { deep: [1] }, __proto__: null })]);
  expect(answer.status).toBe(204);
  expect((await list(sha)).commit.issues_count).toBe(1);
});

test.each([
  ["null", null],
  ["no list at all", undefined],
  ["an empty list", []],
])("%s is a report without issues, which counts them as 0", async (_, issues) => {
  const sha = await commitWith();
  expect((await list(sha)).commit.issues_count).toBeNull();
  expect((await repository.put(sha, issues)).status).toBe(204);
  expect((await list(sha)).commit.issues_count).toBe(0);
});

test("repeating a request changes nothing", async () => {
  const sha = await commitWith();
  await repository.put(sha, [issue("a"), issue("b")]);
  const before = await list(sha);
  const again = [issue("b", { message: "other" }), issue("a", { kind: "style" })];
  expect((await repository.put(sha, again)).status).toBe(204);
  expect(await list(sha)).toEqual(before);
});

test("of equal uids in one request the first counts; uids are compared exactly", async () => {
  const sha = await commitWith();
  await repository.put(sha, [issue("x", { message: "first" }), issue("X"), issue("x", { message: "second" }), issue(" x")]);
  expect((await list(sha)).issues.map(({ uid, message }) => [uid, message])).toEqual([
    ["x", "first"],
    ["X", "message of X"],
    [" x", "message of  x"],
  ]);
});

test("one uid may occur in several commits", async () => {
  const [one, other] = [await commitWith(), await commitWith()];
  await repository.put(one, [issue("shared")]);
  await repository.put(other, [issue("shared")]);
  expect([(await list(one)).commit.issues_count, (await list(other)).commit.issues_count]).toEqual([1, 1]);
});

test("what the manifest excludes is dropped", async () => {
  const sha = await commitWith({ ".cocov.yaml": manifest(["cocov/rubocop:v1"], ["vendor/", "**/*.min.js"]) });
  const files = ["vendor/a/b.rb", "./vendor/c.rb", "lib/vendor/d.rb", "x.min.js", "x.js"];
  await repository.put(
    sha,
    files.map((file) => issue(file, { file })),
  );
  expect((await list(sha)).issues.map(({ uid }) => uid)).toEqual(["lib/vendor/d.rb", "x.js"]);
  await repository.onGitHub.commit({ delete: [".cocov.yaml"] });
});

test("an invalid manifest excludes nothing", async () => {
  const sha = await commitWith({ ".cocov.yaml": 'version: "9"\nexclude_paths: ["**/*"]' });
  expect((await repository.put(sha, [issue("a")])).status).toBe(204);
  expect((await list(sha)).commit.issues_count).toBe(1);
  await repository.onGitHub.commit({ delete: [".cocov.yaml"] });
});

test("what a rule in force matches arrives ignored and isn't counted; retired rules and other repositories' don't matter", async () => {
  const other = await world.repository("others");
  await makeRule("known", repository);
  await makeRule("retired", repository, true);
  await makeRule("elsewhere", other);
  const sha = await commitWith();
  await repository.put(
    sha,
    ["known", "Known", "retired", "elsewhere"].map((uid) => issue(uid)),
  );
  const { issues, commit } = await list(sha, "&state=all");
  expect(issues.map(({ uid, ignored }) => [uid, ignored?.ignore_source])).toEqual([
    ["known", "rule"],
    ["Known", undefined],
    ["retired", undefined],
    ["elsewhere", undefined],
  ]);
  expect(commit.issues_count).toBe(3);
});

test("10,000 issues go in at once, in order", async () => {
  const sha = await commitWith();
  const issues = Array.from({ length: 10_000 }, (_, n) => issue(`${(n * 7919) % 10_000}`, { message: "m".repeat(200) }));
  expect((await repository.put(sha, issues)).status).toBe(204);
  expect(await repository.get(`/commits/${sha}/issues/states`)).toEqual({ active: 10_000, ignored: 0 });
  const last = await repository.get<Listed>(`/commits/${sha}/issues?per_page=100&page=100`);
  expect(last.issues.map(({ uid }) => uid)).toEqual(issues.slice(9_900).map(({ uid }) => String(uid)));
});

test("simultaneous reports that overlap store each issue once and count right", async () => {
  const sha = await commitWith();
  const uids = Array.from({ length: 300 }, (_, n) => `u${n}`);
  const reports = [uids.slice(0, 200), uids.slice(100).reverse(), uids.slice(50, 250), uids.slice(150).reverse()];
  const answers = await Promise.all(
    reports.map((report, n) =>
      repository.put(
        sha,
        report.map((uid) => issue(uid)),
        `team/plugin${n}`,
      ),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204]);
  expect((await list(sha)).commit.issues_count).toBe(300);
  expect(await repository.get(`/commits/${sha}/issues/states`)).toEqual({ active: 300, ignored: 0 });
});

test("texts are stored as they came", async () => {
  const sha = await commitWith();
  const message = 'quote " backslash \\ braces {a,b} NULL newline\n tab\t 😀 \\u0000 %_';
  await repository.put(sha, [issue(message, { message, file: "" }), issue("empty", { message: "" })]);
  expect((await list(sha)).issues.map(({ uid, message }) => [uid, message])).toEqual([
    [message, message],
    ["empty", ""],
  ]);
});

test("what can't be stored in a text is replaced, so that a Worker needn't send the report again", async () => {
  const sha = await commitWith();
  expect((await repository.put(sha, [issue("a", { message: "a\0b \ud800 c" })])).status).toBe(204);
  expect((await list(sha)).issues[0]?.message).toBe("a\ufffdb \ufffd c");
});

test("line numbers are brought into 32 bits and into order; absent ones are 0", async () => {
  const sha = await commitWith();
  const given = [
    [-2_147_483_648, 2_147_483_647],
    [-1e300, 2_147_483_648],
    [9, 3],
    [5, undefined],
    [undefined, undefined],
  ];
  const issues = given.map(([line_start, line_end], index) => issue(`${index}`, { line_start, line_end }));
  expect((await repository.put(sha, issues)).status).toBe(204);
  expect((await list(sha)).issues.map(({ line_start, line_end }) => [line_start, line_end])).toEqual([
    [-2_147_483_648, 2_147_483_647],
    [-2_147_483_648, 2_147_483_647],
    [9, 9],
    [5, 5],
    [0, 0],
  ]);
});

test("texts as long as they may be are stored whole, and longer messages are cut", async () => {
  const sha = await commitWith();
  const [uid, file, message] = ["🐱".repeat(512), "é".repeat(2_048), "🐱".repeat(16_384)];
  const issues = [issue(uid, { file, message }), issue("longer", { message: `${message}🐱 and more` })];
  expect((await repository.put(sha, issues, `cocov/${"x".repeat(506)}`)).status).toBe(204);
  const [whole, cut] = (await list(sha)).issues;
  expect([whole?.uid === uid, whole?.message === message, whole?.check_source.length]).toEqual([true, true, 512]);
  expect(cut?.message === message).toBeTrue();
});

test("patterns and paths made to match slowly hold nobody up", async () => {
  const patterns = [`${"*a".repeat(255)}b`, "vendor/"];
  const sha = await commitWith({ ".cocov.yaml": manifest(["cocov/rubocop:v1"], patterns) });
  const paths = Array.from({ length: 10 }, (_, index) => `${"a".repeat(4_000)}${index}`);
  const slowest = await slowestProbeDuring(world.server, async () => {
    const issues = ["vendor/a", ...paths].map((file) => issue(file.slice(-5), { file }));
    expect((await repository.put(sha, issues)).status).toBe(204);
  });
  expect((await list(sha)).issues.map(({ uid }) => uid)).toEqual(paths.map((path) => path.slice(-5)));
  expect(slowest).toBeLessThan(2_000);
  await repository.onGitHub.commit({ delete: [".cocov.yaml"] });
});

test("issues of an earlier run of the commit are refused when their Worker says which run they are from", async () => {
  const sha = await commitWith({ ".cocov.yaml": manifest(["cocov/rubocop:v0.1"]) });
  const { db, jobs } = world.server.app;
  const run = async () => {
    const [row] = await db.sql<{ jobId: string }[]>`
      SELECT job_id AS "jobId" FROM check_sets s JOIN commits c ON c.id = s.commit_id WHERE c.sha = ${sha}`;
    return row?.jobId ?? "";
  };
  const put = (job_id: string) =>
    world.server.request("PUT", `/v1/repositories/${repository.id}/issues`, {
      token: world.worker,
      body: { sha, source: "cocov/rubocop:v0.1", issues: [issue(job_id)], job_id },
    });
  const former = await run();
  expect((await put(former)).status).toBe(204);
  await repository.begin(sha);
  await repository.finish(sha, ["cocov/rubocop"]);
  const again = `/v1/repositories/widgets/commits/${sha}/checks/re_run`;
  expect((await world.server.request("POST", again, { token: world.admin })).status).toBe(204);
  await jobs.idle();
  const answer = await put(former);
  expect([answer.status, (await answer.json()).code]).toEqual([409, "checks.stale_run"]);
  expect((await list(sha)).issues).toEqual([]);
  expect((await put(await run())).status).toBe(204);
  expect((await list(sha)).issues).toHaveLength(1);
});
