import type { Sql } from "postgres";
import { load, type Measurement } from "./load";
import type { World } from "./path";

/** How a path's speed changes when there is a thousand times as much. */
export interface Growth {
  readonly name: string;
  /** Requests a second with few rows, and with many. */
  readonly few: Measurement;
  readonly many: Measurement;
  /** Of the medians: many by few. */
  readonly ratio: number;
  readonly wanted: number;
}

const paths = [
  // As many as there are with few: a longer page would cost more by what it shows.
  { name: "list of repositories", path: "/v1/repositories?per_page=10" },
  { name: "graphs of a repository", path: "/v1/repositories/repository-000/graphs" },
  { name: "statistics of a repository", path: "/v1/repositories/repository-000/stats/issues?from=2026-01-01&to=2026-03-31" },
];

/**
 * Measures some paths with 10 repositories and 100 entries of histories, then with 10,000 and 1,000,000.
 * @param world of which most is deleted
 */
export async function measureGrowth(
  { sql, userToken }: World,
  url: string,
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<Growth[]> {
  const init = { headers: { authorization: `bearer ${userToken}` } };
  const measure = async (path: string) => {
    const bursts: Measurement[] = [];
    await load(url, () => ({ path, init }), { connections: 16, seconds });
    for (let round = 0; round < rounds; round++)
      bursts.push(await load(url, () => ({ path, init }), { connections: 16, seconds }));
    return bursts.sort((a, b) => a.perSecond - b.perSecond)[Math.floor(rounds / 2)] ?? { perSecond: 0, p99: 0 };
  };
  const all = async () => {
    const measured: Measurement[] = [];
    for (const { path } of paths) measured.push(await measure(path));
    return measured;
  };
  await sql`DELETE FROM repositories WHERE name >= 'repository-010'`;
  await fillHistories(sql, 10);
  const few = await all();
  await sql`
    INSERT INTO repositories (name, description, default_branch, token, github_id)
    SELECT 'repository-x' || lpad(n::text, 5, '0'), 'Number ' || n, 'main', 'crt_x' || md5(n::text), 100000 + n FROM generate_series(10, 9999) AS n`;
  await sql`
    INSERT INTO repository_members (repository_id, github_member_id, level)
    SELECT id, 2, 'user' FROM repositories WHERE github_id >= 100000`;
  await sql`
    INSERT INTO branches (repository_id, name, issues, coverage)
    SELECT id, 'main', id % 40, id % 100 FROM repositories WHERE github_id >= 100000`;
  await fillHistories(sql, 100);
  await sql`VACUUM ANALYZE`;
  const many = await all();
  return paths.map(({ name }, index) => {
    const [before, after] = [few[index] ?? { perSecond: 0, p99: 0 }, many[index] ?? { perSecond: 0, p99: 0 }];
    return { name, few: before, many: after, ratio: after.perSecond / before.perSecond, wanted: 0.8 };
  });
}

/** Entries of the last 200 days for every branch, so many each. Their foreign keys aren't checked: that would take a minute. */
async function fillHistories(sql: Sql, each: number): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`SET LOCAL session_replication_role = replica`;
    await tx`
      INSERT INTO issue_histories (repository_id, branch_id, quantity, created_at)
      SELECT b.repository_id, b.id, n % 50, now() - make_interval(mins => n * 2880)
        FROM branches b, generate_series(1, ${each}) AS n`;
  });
}
