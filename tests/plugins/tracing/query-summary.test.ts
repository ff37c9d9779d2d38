import { expect, test } from "bun:test";
import { querySummary } from "../../../plugins/tracing/query-summary";

test.each([
  ["SELECT id FROM users WHERE login = $1 FOR UPDATE", "SELECT users"],
  ['select "id", "name" from "repositories" left join "branches" on true', "SELECT repositories branches"],
  [
    "INSERT INTO issues (a, b) SELECT a, b FROM unnest($1::text[], $2::text[]) AS t(a, b) ON CONFLICT DO UPDATE SET a = 1",
    "INSERT issues",
  ],
  [
    "UPDATE commits c SET x = (SELECT count(*) FROM issues WHERE a IS DISTINCT FROM b) FROM repositories r",
    "UPDATE commits SELECT issues repositories",
  ],
  ["WITH gone AS (DELETE FROM core_jobs WHERE id = $1 RETURNING id) SELECT count(*) FROM gone", "DELETE core_jobs"],
  ["WITH a AS NOT MATERIALIZED (SELECT 1 FROM x), b (n) AS (SELECT 2 FROM a) SELECT * FROM a JOIN b USING (n)", "SELECT x"],
  ["SELECT extract(epoch FROM created_at), substring(name FROM 1) FROM public.checks", "SELECT public.checks"],
  ["SELECT 1", "SELECT"],
  ["begin", "BEGIN"],
  ["DELETE FROM ONLY checks", "DELETE checks"],
  ["COPY issues (a) FROM STDIN", "COPY issues"],
  ["listen cocov", "LISTEN"],
  ["-- SELECT FROM nothing\n/* FROM nobody */ SELECT 'FROM hunter2', $$FROM hunter3$$ FROM checks", "SELECT checks"],
  ['SELECT FROM "hunter2; FROM secret"', "SELECT"],
  ["hunter2", ""],
  ["", ""],
])("%s", (text, summary) => {
  expect(querySummary(text)).toBe(summary);
});

test("a statement of any length is summed up shortly", () => {
  const tables = Array.from({ length: 3000 }, (_, number) => `SELECT FROM some_table_${number}`).join(" UNION ");
  expect(querySummary(tables).length).toBeWithin(200, 256);
  expect(querySummary(`SELECT ${"(".repeat(100_000)}`)).toBe("SELECT");
});
