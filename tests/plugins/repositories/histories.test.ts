import { beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import { addRepository, json, serviceToken, signIn } from "../../../testing/factories";
import { startGitHub } from "../../../testing/github";
import { useTestServer } from "../../../testing/server";
import { statementsOf } from "../../../testing/statements";

const github = await startGitHub();
const server = await useTestServer({ env: github.environment() });
const { sql } = server.app.db;
let admin: string;
let service: string;
let repositoryId: number;

interface Entry {
  readonly at: string;
  readonly quantity: number;
}
interface Value {
  date: string;
  value: number | null;
}

beforeAll(async () => {
  admin = await signIn(server, github, "root");
  await github.addRepository({ name: "api" });
  service = await serviceToken(server, admin);
  repositoryId = (await addRepository(server, service, "api")).id;
  await server.app.jobs.idle();
  await sql`INSERT INTO branches (repository_id, name) VALUES (${repositoryId}, 'main'), (${repositoryId}, 'other')`;
});

/** Gives a branch these entries, oldest id first. */
async function record(branch: string, entries: readonly Entry[]): Promise<void> {
  await sql`DELETE FROM issue_histories h USING branches b WHERE b.id = h.branch_id AND b.name = ${branch}`;
  await sql`
    INSERT INTO issue_histories (repository_id, branch_id, quantity, created_at)
    SELECT ${repositoryId}, b.id, e.quantity, e.at
      FROM unnest(${entries.map(({ quantity }) => quantity)}::int[], ${entries.map(({ at }) => at)}::text[]::timestamptz[])
           WITH ORDINALITY AS e (quantity, at, place), branches b
     WHERE b.repository_id = ${repositoryId} AND b.name = ${branch} ORDER BY e.place`;
}

const get = (path: string, token = admin) => server.request("GET", `/v1/repositories/${path}`, { token });
const stats = async (from: string, to: string) =>
  await json<Value[]>(await get(`api/stats/issues?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`), 200);
const refusal = async (path: string, token = admin) => {
  const answer = await get(path, token);
  const { code }: { code: string } = await answer.json();
  return `${answer.status} ${code}`;
};
const day = (date: string, quantity: number): Entry => ({ at: `2022-12-${date}T12:00:00Z`, quantity });
const brief = (values: Value[]) => values.map(({ date, value }) => `${date.slice(8)}:${value}`).join(" ");

test("a day has its newest entry, or the value of the day before", async () => {
  await record("main", [
    day("18", 100),
    day("19", 5),
    ...[10, 20, 30].map((quantity) => day("21", quantity)),
    day("22", 40),
    day("24", 60),
    day("26", 70),
  ]);
  expect(brief(await stats("2022-12-19", "2022-12-27"))).toBe("20:5 21:30 22:40 23:40 24:60 25:60 26:70 27:70");
  expect(brief(await stats("2022-12-21", "2022-12-21"))).toBe("21:30");
  expect(brief(await stats("2022-12-10", "2022-12-18"))).toBe("11:null 12:null 13:null 14:null 15:null 16:null 17:null 18:100");
  expect(await stats("2022-12-22", "2022-12-21")).toEqual([]);
  expect(await stats("2022-12-22", "2021-01-01")).toEqual([]);
});

test("of one day, the entry written last counts, whatever times entries bear", async () => {
  await record("main", [
    { at: "2022-12-20T23:00:00Z", quantity: 1 },
    { at: "2022-12-20T01:00:00Z", quantity: 2 },
  ]);
  expect(brief(await stats("2022-12-20", "2022-12-21"))).toBe("21:2");
});

test("days are those of UTC, for entries and for what is asked", async () => {
  await record("main", [
    { at: "2022-12-20T23:59:59.999Z", quantity: 1 },
    { at: "2022-12-21T00:00:00Z", quantity: 2 },
  ]);
  await sql`ALTER ROLE CURRENT_USER SET timezone = 'Pacific/Kiritimati'`;
  try {
    expect(brief(await stats("2022-12-19T23:00:00-04:00", "2022-12-22T01:00:00+03:00"))).toBe("21:2");
    expect(brief(await stats("2022-12-20T00:30:00+01:00", "2022-12-21T23:59:59Z"))).toBe("20:1 21:2");
  } finally {
    await sql`ALTER ROLE CURRENT_USER RESET timezone`;
  }
});

test.each([
  ["", "400 repositories.missing_from_date"],
  ["?to=nonsense", "400 repositories.missing_from_date"],
  ["?from=nonsense", "400 repositories.missing_to_date"],
  ["?from=nonsense&to=x", "400 repositories.invalid_from_date"],
  ["?from=2022-12-01&to=2022-13-01", "400 repositories.invalid_to_date"],
  ["?from=2022-02-30&to=2022-03-01", "400 repositories.invalid_from_date"],
  ["?from=0000-01-01&to=2022-03-01", "400 repositories.invalid_from_date"],
  ["?from=20221201&to=2022-12-02", "400 repositories.invalid_from_date"],
  ["?from=2022-12-01T10:00:00&to=2022-12-02", "400 repositories.invalid_from_date"],
  ["?from=2022-01-01&to=2022-04-12", "400 repositories.stats_range_too_large"],
])("stats%s is refused", async (query, expected) => {
  expect(await refusal(`api/stats/issues${query}`)).toBe(expected);
  // Before anybody learns whether the repository is there.
  expect(await refusal(`unknown/stats/issues${query}`)).toBe(expected);
});

test("a range may have a hundred days", async () => {
  expect(await stats("2022-01-01", "2022-04-11")).toHaveLength(100);
});

test("who doesn't see the repository sees no history of it", async () => {
  const stranger = await signIn(server, github, "stranger");
  for (const path of ["graphs", "branches/graphs/main", "stats/issues?from=2022-12-01&to=2022-12-02"])
    expect(await refusal(`api/${path}`, stranger)).toBe("404 not_found");
});

test("graphs show each of the last 31 days, of the branch that is asked for", async () => {
  const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  await record("main", [
    { at: ago(100), quantity: 7 },
    { at: ago(3), quantity: 4 },
  ]);
  await record("other", [{ at: ago(1), quantity: 9 }]);
  interface Graphs {
    coverage: Record<string, number | null>;
    issues: Record<string, number | null>;
  }
  const graphs = async (path: string) => await json<Graphs>(await get(`api/${path}`), 200);
  const days = Array.from({ length: 31 }, (_, index) => ago(30 - index).slice(0, 10));
  const { coverage, issues } = await graphs("graphs");
  expect(Object.keys(issues)).toEqual(days);
  expect(coverage).toEqual(Object.fromEntries(days.map((date) => [date, null])));
  expect(Object.values(issues)).toEqual([...Array(27).fill(7), 4, 4, 4, 4]);
  expect(Object.values((await graphs("branches/graphs/other")).issues)).toEqual([...Array(29).fill(null), 9, 9]);
  expect(await refusal("api/branches/graphs/unknown")).toBe("404 not_found");
});

test("a repository whose default branch isn't known has no values", async () => {
  await github.addRepository({ name: "empty" });
  await addRepository(server, service, "empty");
  const { issues } = await json<{ issues: Record<string, null> }>(await get("empty/graphs"), 200);
  expect(Object.values(issues)).toEqual(Array(31).fill(null));
  const values = await json<Value[]>(await get("empty/stats/issues?from=2022-12-01&to=2022-12-03"), 200);
  expect(brief(values)).toBe("02:null 03:null");
});

test("histories are as the rule says, for whatever entries", async () => {
  const entries = fc.array(fc.record({ hour: fc.nat(24 * 12), quantity: fc.nat(1000) }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(entries, fc.integer({ min: 1, max: 12 }), fc.nat(12), async (written, first, length) => {
      const at = (hour: number) => new Date(Date.UTC(2022, 11, 1, hour)).toISOString();
      await record(
        "main",
        written.map(({ hour, quantity }) => ({ at: at(hour), quantity })),
      );
      const dates = Array.from({ length: length + 1 }, (_, index) => at((first - 1 + index) * 24).slice(0, 10));
      const newest = new Map(written.map(({ hour, quantity }) => [at(hour).slice(0, 10), quantity]));
      const before = [...newest.keys()].filter((date) => date < (dates[0] ?? "")).sort();
      let value = newest.get(before.at(-1) ?? "") ?? null;
      const all = dates.map((date) => {
        value = newest.get(date) ?? value;
        return { date, value };
      });
      expect(await stats(dates[0] ?? "", dates.at(-1) ?? "")).toEqual(length === 0 ? all : all.slice(1));
    }),
    { numRuns: 40 },
  );
});

test("a long history costs what a short one does", async () => {
  const before = await statementsOf(server, () => get("api/graphs"));
  await sql`
    INSERT INTO issue_histories (repository_id, branch_id, quantity, created_at)
    SELECT ${repositoryId}, b.id, n, now() - make_interval(mins => n)
      FROM generate_series(1, 50000) n, branches b WHERE b.repository_id = ${repositoryId}`;
  await sql`ANALYZE issue_histories`;
  expect(await statementsOf(server, () => get("api/graphs"))).toBe(before);
  const plan = await sql.unsafe(`
    EXPLAIN (ANALYZE, FORMAT JSON) SELECT quantity FROM issue_histories h
     WHERE h.branch_id = (SELECT min(branch_id) FROM issue_histories) AND (h.created_at AT TIME ZONE 'UTC')::date <= current_date
     ORDER BY (h.created_at AT TIME ZONE 'UTC')::date DESC, h.id DESC LIMIT 1`);
  const text = JSON.stringify(plan);
  expect(text).toContain("issue_histories_by_day");
  expect(text).not.toContain("Sort");
});
