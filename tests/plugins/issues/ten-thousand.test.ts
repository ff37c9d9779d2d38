import { expect, test } from "bun:test";
import { runChecks } from "../../../plugins/checks/run/start-job";
import { planOf, statementsDuring, statementsOf } from "../../../testing/statements";
import { issue, manifest, useIssuesWorld } from "./issues-world";

const world = await useIssuesWorld();
const { server, admin } = world;
const { sql } = server.app.db;
const repository = await world.repository("widgets");
const { sha } = await repository.push({ files: { "app.rb": "1\n", ".cocov.yaml": manifest(["cocov/rubocop:v1"]) } });

/** Every tenth is ignored. */
async function haveIssues(count: number, of = sha): Promise<void> {
  await sql`DELETE FROM issues WHERE commit_id = (SELECT id FROM commits WHERE sha = ${of} AND repository_id = ${repository.id})`;
  await sql`
    INSERT INTO issues (commit_id, uid, kind, file, line_start, line_end, message, check_source, ignored_at, ignore_source)
    SELECT c.id, n::text, CASE n % 2 WHEN 0 THEN 'bug' ELSE 'style' END, 'app.rb', 1, 1, 'm', 'cocov/rubocop',
           CASE n % 10 WHEN 0 THEN now() END, CASE n % 10 WHEN 0 THEN 'user' END
      FROM generate_series(1, ${count}) AS n, commits c WHERE c.sha = ${of} AND c.repository_id = ${repository.id}`;
}

test("10,000 issues are registered in one request, and once", async () => {
  const found = Array.from({ length: 10_000 }, (_, n) => issue(`uid-${n}`, { kind: n % 2 === 0 ? "bug" : "style" }));
  const put = async () => expect((await repository.put(sha, found)).status).toBe(204);
  await put();
  await put();
  expect(await repository.get<object>(`/commits/${sha}/issues/states`)).toEqual({ active: 10_000, ignored: 0 });
  // By batches, each of a bounded size: access, begin, lock, five batches, count, commit.
  expect(await statementsOf(server, put)).toBeLessThan(16);
});

test("starting checks again takes as many statements for 10,000 issues as for one, and fewer than ten", async () => {
  await server.app.jobs.pause(runChecks.name);
  const sentOnce = async (count: number) => {
    await haveIssues(count);
    await sql`UPDATE check_sets SET status = 'completed'`;
    const sent = await statementsDuring(server, async () => {
      const path = `/v1/repositories/widgets/commits/${sha}/checks/re_run`;
      expect((await server.request("POST", path, { token: admin })).status).toBe(204);
    });
    const texts = sent.map(({ text }) => text.trim());
    return texts.slice(texts.indexOf("begin"), texts.indexOf("commit") + 1);
  };
  /** What the platform does by itself meanwhile may lie in between: the fewest of several times. */
  const sentFor = async (count: number) => {
    const tries: string[][] = [];
    for (let round = 0; round < 4; round++) tries.push(await sentOnce(count));
    return tries.reduce((fewest, one) => (one.length < fewest.length ? one : fewest));
  };
  const sent = await sentFor(10_000);
  expect(sent.length).toBeGreaterThan(4);
  expect(sent.length).toBeLessThan(10);
  expect(await sentFor(1)).toEqual(sent);
  expect(await sql`SELECT FROM issues`).toHaveLength(0);
});

test("a page of issues is read by index, and none is counted for it, however many there are and wherever in the table", async () => {
  // What the planner makes of a table that is mostly one commit's, whose issues came last.
  const { sha: former } = await repository.push({ files: { "app.rb": "2\n" } });
  await haveIssues(2_000, former);
  await haveIssues(10_000);
  await sql`ANALYZE issues`;
  for (const query of ["", "?state=ignored", "?state=all", "?category=bug", "?source=cocov/rubocop&page=3"]) {
    const list = () => repository.get<object>(`/commits/${sha}/issues${query}`);
    expect(await planOf(server, "FROM (SELECT * FROM issues", list)).toMatch(
      /Index Scan using issues_(ignored_)?of_commit on issues/,
    );
    expect(await planOf(server, "issue_counts", list)).not.toContain(" on issues ");
  }
  expect(await repository.get<object>(`/commits/${sha}/issues?per_page=100`)).toMatchObject({ paging: [{ total_pages: 90 }] });
  for (const path of ["sources", "categories", "states"]) {
    const count = () => repository.get<object>(`/commits/${sha}/issues/${path}`);
    expect(await planOf(server, "issue_counts", count)).not.toContain(" on issues ");
  }
});
