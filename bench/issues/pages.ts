import { pushed } from "../../testing/factories";
import { figure, type IssueFigure, timed } from "./figure";
import type { BenchPlatform } from "./platform";
import { answered } from "./register";

/** Issues of the small commit. */
const few = 100;
const pageSize = 25;

/** Pages of a commit's issues, with few and with many of them. @param many of the large commit */
export async function measurePages(platform: BenchPlatform, many: number, rounds: number): Promise<IssueFigure[]> {
  const { server, onGitHub, github, admin } = platform;
  const { sql } = server.app.db;
  const commitWith = async (count: number) => {
    const { sha } = await pushed(server, github, onGitHub, { files: { "app.ts": `export const value = ${count};\n` } });
    await fill(sha, count);
    return sha;
  };
  const [small, large] = [await commitWith(few), await commitWith(many)];
  await sql`VACUUM ANALYZE issues`;
  const view = (sha: string, path: string) =>
    timed(() => answered(200, server.request("GET", `/v1/repositories/api/commits/${sha}/issues${path}`, { token: admin })));
  const figures: IssueFigure[] = [];
  const compare = async (name: string, path: string, wanted: number | null) => {
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let round = -3; round < rounds * 5; round++) {
      const [big, little] = [await view(large, path), await view(small, path)];
      if (round < 0) continue;
      ours.push(big);
      theirs.push(little);
    }
    figures.push(figure(name, ours, theirs, wanted));
  };
  const besides = `of a commit with ${many} issues, next to one with ${few}`;
  await compare(`page of 25 ${besides}`, `?per_page=${pageSize}`, 1.25);
  await compare(`page of the ignored ones ${besides}`, `?per_page=${pageSize}&state=ignored`, 1.25);
  await compare(`page of a kind ${besides}`, `?per_page=${pageSize}&category=bug`, 1.25);
  await compare(`numbers by kind ${besides}`, "/categories", 1.25);
  await compare(`page 3 of 25 ${besides}`, `?per_page=${pageSize}&page=3`, 1.25);
  return figures;

  /** Every fourth is ignored. Foreign keys and counts aren't looked after row by row: that would take a minute. */
  async function fill(sha: string, count: number): Promise<void> {
    await server.app.db.transaction(async ({ sql: tx }) => {
      await tx`SET LOCAL session_replication_role = replica`;
      await tx`
        INSERT INTO issues (commit_id, uid, kind, file, line_start, line_end, message, check_source, ignored_at, ignore_source)
        SELECT c.id, md5(n::text), (ARRAY['bug', 'style', 'security'])[1 + n % 3], 'app.ts', 1, 1, 'Message ' || n,
               'cocov/p' || n % 5, CASE n % 4 WHEN 0 THEN now() END, CASE n % 4 WHEN 0 THEN 'user' END
          FROM generate_series(1, ${count}) AS n, commits c JOIN repositories r ON r.id = c.repository_id
         WHERE r.name = 'api' AND c.sha = ${sha}`;
      await tx`
        INSERT INTO issue_counts (commit_id, check_source, kind, active, ignored)
        SELECT i.commit_id, i.check_source, i.kind, count(*) FILTER (WHERE i.ignored_at IS NULL), count(*) FILTER (WHERE i.ignored_at IS NOT NULL)
          FROM issues i JOIN commits c ON c.id = i.commit_id WHERE c.sha = ${sha} GROUP BY 1, 2, 3`;
    });
  }
}
