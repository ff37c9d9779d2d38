import { expect, test } from "bun:test";
import { issue, manifest, useIssuesWorld } from "./issues-world";

const world = await useIssuesWorld();
const { sql } = world.server.app.db;
const repository = await world.repository("widgets");

async function newCommit(plugins: readonly string[] = [], branch = "main"): Promise<string> {
  const { sha } = await repository.push({ branch, files: { "app.rb": crypto.randomUUID(), ".cocov.yaml": manifest(plugins) } });
  return sha;
}

const ignore = (uid: string) => sql`UPDATE issues SET ignored_at = now(), ignore_source = 'user' WHERE uid = ${uid}`;

test("sources are the commit's checks, with their active issues, 0 included", async () => {
  const sha = await newCommit(["cocov/rubocop:v1", "ghcr.io/team/lint", "cocov/Brakeman:v2"]);
  await repository.put(sha, [issue("a"), issue("b"), issue("ignored")], "cocov/rubocop:v1");
  await repository.put(sha, [issue("c")], "cocov/brakeman");
  await repository.put(sha, [issue("d")], "cocov/stranger:v1");
  await ignore("ignored");
  const sources = await repository.get<Record<string, number>>(`/commits/${sha}/issues/sources`);
  expect(Object.entries(sources)).toEqual([
    ["cocov/Brakeman", 1],
    ["cocov/rubocop", 2],
    ["team/lint", 0],
  ]);
});

test("a commit without checks has no sources", async () => {
  const sha = await newCommit();
  await repository.put(sha, [issue("a")]);
  expect(await repository.get<object>(`/commits/${sha}/issues/sources`)).toEqual({});
});

test("categories are all kinds in their order, with their active issues", async () => {
  const sha = await newCommit();
  const kinds = ["style", "performance", "security", "bug", "complexity", "duplication", "convention", "quality"];
  const categories = async () =>
    Object.entries(await repository.get<Record<string, number>>(`/commits/${sha}/issues/categories`));
  expect(await categories()).toEqual(kinds.map((kind) => [kind, 0]));
  await repository.put(
    sha,
    kinds.flatMap((kind, n) => Array.from({ length: n + 1 }, (_, i) => issue(`${kind}${i}`, { kind }))),
  );
  await ignore("quality0");
  expect(await categories()).toEqual(kinds.map((kind, n) => [kind, kind === "quality" ? n : n + 1]));
});

test("states are counted", async () => {
  const sha = await newCommit();
  expect(await repository.get<object>(`/commits/${sha}/issues/states`)).toEqual({ active: 0, ignored: 0 });
  await repository.put(sha, [issue("s1"), issue("s2"), issue("s3"), issue("s4")]);
  await ignore("s2");
  expect(await repository.get<object>(`/commits/${sha}/issues/states`)).toEqual({ active: 3, ignored: 1 });
});

test("the top issues of a branch are those of its head, most frequent kind first, ties in the order of kinds", async () => {
  const sha = await newCommit([], "feat/top");
  const kinds = ["quality", "bug", "bug", "style", "security", "security", "bug"];
  await repository.put(
    sha,
    [...kinds, "complexity"].map((kind, n) => issue(`top${n}`, { kind })),
  );
  await ignore("top7");
  const top = await repository.get<Record<string, number>>("/branches/top_issues/feat/top");
  expect(Object.entries(top)).toEqual([
    ["bug", 3],
    ["security", 2],
    ["style", 1],
    ["quality", 1],
  ]);
  expect(await repository.get<object>("/branches/top_issues/feat%2Ftop")).toEqual(top);
});

test("a branch without a head has no top issues; an unknown branch is not found, and case matters", async () => {
  await newCommit([], "headless");
  await sql`UPDATE branches SET head_id = NULL WHERE name = 'headless'`;
  expect(await repository.get<object>("/branches/top_issues/headless")).toEqual({});
  for (const branch of ["nothing", "HEADLESS"]) {
    const path = `/v1/repositories/widgets/branches/top_issues/${branch}`;
    expect((await world.server.request("GET", path, { token: world.admin })).status).toBe(404);
  }
});

test("the checks of a commit show all issues by source, ignored ones included", async () => {
  const sha = await newCommit(["cocov/rubocop:v1", "cocov/quiet"]);
  await repository.put(sha, [issue("k1"), issue("k2")], "cocov/rubocop:v1");
  await repository.put(sha, [issue("k3")], "cocov/stranger");
  await ignore("k2");
  const { issues } = await repository.get<{ issues: object }>(`/commits/${sha}/checks`);
  expect(issues).toEqual({ "cocov/rubocop": 2, "cocov/stranger": 1 });
});

/** What is kept and what is there, by commit, source and kind. */
const kept = () => sql`SELECT * FROM issue_counts WHERE active + ignored > 0 ORDER BY commit_id, check_source, kind`;
const there = () => sql`
  SELECT commit_id, check_source, kind, (count(*) FILTER (WHERE ignored_at IS NULL))::int AS active,
         (count(*) FILTER (WHERE ignored_at IS NOT NULL))::int AS ignored
    FROM issues GROUP BY commit_id, check_source, kind ORDER BY commit_id, check_source, kind`;

test("the counts follow every statement that changes issues, many at a time and many at once", async () => {
  const [one, other] = [await newCommit(), await newCommit()];
  const many = (prefix: string) =>
    Array.from({ length: 40 }, (_, n) => issue(`${prefix}${n}`, { kind: n % 3 === 0 ? "bug" : "style" }));
  await Promise.all(
    [one, other, one, other].map((sha, n) => repository.put(sha, [...many("x"), ...many(`y${n}`)], `cocov/p${n}`)),
  );
  expect(await kept()).toEqual(await there());
  await sql`UPDATE issues SET ignored_at = now(), ignore_source = 'user' WHERE id % 3 = 0 AND ignored_at IS NULL`;
  expect(await kept()).toEqual(await there());
  await sql`UPDATE issues SET kind = 'security' WHERE id % 5 = 0`;
  expect(await kept()).toEqual(await there());
  await sql`DELETE FROM issues WHERE id % 4 = 0`;
  expect(await kept()).toEqual(await there());
  await sql`UPDATE issues SET ignored_at = NULL, ignore_source = NULL WHERE ignore_source = 'user'`;
  await sql`DELETE FROM commits WHERE sha = ${one}`;
  expect(await kept()).toEqual(await there());
  await sql`DELETE FROM issues`;
  expect(await sql`SELECT FROM issue_counts`).toHaveLength(0);
});
