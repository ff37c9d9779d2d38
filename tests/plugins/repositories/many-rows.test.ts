import { beforeAll, expect, test } from "bun:test";
import { json, serviceToken, signIn } from "../../../testing/factories";
import { startGitHub } from "../../../testing/github";
import { useTestServer } from "../../../testing/server";
import { planOf, statementsOf } from "../../../testing/statements";

const github = await startGitHub();
const server = await useTestServer({ env: github.environment() });
const { sql } = server.app.db;

/** Sees all repositories, as a member of each, or of ten. */
const people = { service: "", all: "", ten: "" };
const get = (path: string, token = people.service) => server.request("GET", path, { token });

/** What is read, by a statement with that text, and the index that must lead to it. */
const reads = [
  { what: "the list", path: "/v1/repositories", statement: "row_to_json", index: "repositories_by_name" },
  { what: "a member's list", path: "/v1/repositories", as: "all", statement: "row_to_json", index: "repositories_by_name" },
  {
    what: "the list of somebody who sees few",
    path: "/v1/repositories",
    as: "ten",
    statement: "row_to_json",
    index: "repository_members_by_person",
  },
  { what: "graphs", path: "/v1/repositories/r05000/graphs", statement: "issue_histories", index: "issue_histories_by_day" },
  {
    what: "graphs of a branch",
    path: "/v1/repositories/r05000/branches/graphs/b7",
    statement: "issue_histories",
    index: "issue_histories_by_day",
  },
  {
    what: "statistics",
    path: "/v1/repositories/r05000/stats/issues?from=2026-01-01&to=2026-03-31",
    statement: "issue_histories",
    index: "issue_histories_by_day",
  },
  {
    what: "branches",
    path: "/v1/repositories/r05000/branches",
    statement: "COLLATE",
    index: "branches_repository_id_name_key",
  },
  {
    what: "a branch",
    path: "/v1/repositories/r05000/branches/b7",
    statement: '"branches"."name" =',
    index: "branches_repository_id_name_key",
  },
] as const;

/** Statements that each of them takes, counted while there is next to nothing. */
const statements = new Map<string, number>();
const asks = (read: (typeof reads)[number]) => async () => {
  await json(await get(read.path, "as" in read ? people[read.as] : people.service), 200);
};

beforeAll(async () => {
  const admin = await signIn(server, github, "root");
  people.service = await serviceToken(server, admin);
  for (const login of ["all", "ten"] as const) people[login] = await signIn(server, github, login);
  await server.app.jobs.idle();
  await fill({ first: 5000, last: 5000, branches: 10, entries: 1 });
  for (const read of reads) statements.set(read.what, await statementsOf(server, asks(read)));
  await fill({ first: 0, last: 4999, branches: 1, entries: 10 });
  await fill({ first: 5001, last: 9999, branches: 1, entries: 10 });
  await sql`VACUUM (ANALYZE) repositories, repository_members, branches, issue_histories`;
});

/** Makes repositories with branches and histories. Foreign keys aren't looked at, which would take longer than all the rest. */
async function fill(wanted: { first: number; last: number; branches: number; entries: number }): Promise<void> {
  const { first, last, branches, entries } = wanted;
  await server.app.db.transaction(async ({ sql }) => {
    // Foreign keys are triggers, too; those that count stay on.
    await sql`ALTER TABLE repositories ENABLE ALWAYS TRIGGER count_added`;
    await sql`ALTER TABLE repository_members ENABLE ALWAYS TRIGGER count_added`;
    await sql`SET LOCAL session_replication_role = replica`;
    await sql`
      INSERT INTO repositories (name, default_branch, github_id, token)
      SELECT 'r' || lpad(n::text, 5, '0'), 'main', 100000 + n, 'crt_' || n FROM generate_series(${first}::int, ${last}::int) n`;
    await sql`
      INSERT INTO repository_members (repository_id, github_member_id, level)
      SELECT r.id, u.github_id, 'user' FROM repositories r JOIN users u ON u.login = 'all' OR u.login = 'ten' AND r.name::text LIKE '%500_'
       WHERE r.github_id BETWEEN ${100000 + first} AND ${100000 + last}`;
    await sql`
      INSERT INTO branches (repository_id, name)
      SELECT id, CASE n WHEN 1 THEN 'main' ELSE 'b' || n END FROM repositories, generate_series(1, ${branches}::int) n
       WHERE github_id BETWEEN ${100000 + first} AND ${100000 + last}`;
    await sql`
      INSERT INTO issue_histories (repository_id, branch_id, quantity, created_at)
      SELECT b.repository_id, b.id, n, now() - make_interval(days => 3 * n)
        FROM branches b JOIN repositories r ON r.id = b.repository_id, generate_series(1, ${entries}::int) n
       WHERE r.github_id BETWEEN ${100000 + first} AND ${100000 + last}`;
  });
}

test.each(reads)("among 10,000 repositories and 100,000 entries of histories, $what reads what it shows", async (read) => {
  // A list is read as is best for who asks from the second time on.
  await asks(read)();
  const plan = await planOf(server, read.statement, asks(read));
  expect(plan).toContain(read.index);
  expect(plan).not.toMatch(/Seq Scan/);
  expect(await statementsOf(server, asks(read))).toBe(statements.get(read.what) ?? 0);
});
