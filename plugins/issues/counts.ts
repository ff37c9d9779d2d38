import type { Queryable } from "../../core";
import { lockCommit } from "../repositories";
import { type IssueKind, issueKinds } from "./kinds";
import type { IssueState } from "./state";
import type { issues } from "./tables";

type CountOfSource = { source: (typeof issues.$inferSelect)["checkSource"]; count: number };
type CountOfKind = { kind: (typeof issues.$inferSelect)["kind"]; count: number };

/** Which issues of a commit are meant. */
export interface IssueFilter {
  readonly commitId: number;
  readonly state: IssueState;
  readonly kind?: IssueKind | undefined;
  /** Exactly as stored. */
  readonly source?: string | undefined;
}

/**
 * Waits for issues that are arriving, so that a run's last count has them.
 * @returns the number of a commit's issues that aren't ignored
 */
export async function countSettled(q: Queryable, commitId: number): Promise<number> {
  await lockCommit(q, commitId);
  return await countActive(q, commitId);
}

/** @returns the number of a commit's issues that aren't ignored */
export async function countActive(q: Queryable, commitId: number): Promise<number> {
  return await countMatching(q, { commitId, state: "active" });
}

/** @returns the number of issues that a list with this filter has */
export async function countMatching({ sql }: Queryable, { commitId, state, kind, source }: IssueFilter): Promise<number> {
  const counted = { active: sql`active`, ignored: sql`ignored`, all: sql`active + ignored` }[state];
  const [row] = await sql<{ count: number }[]>`
    SELECT coalesce(sum(${counted}), 0)::int AS count FROM issue_counts
     WHERE commit_id = ${commitId}
           ${kind === undefined ? sql`` : sql`AND kind = ${kind}`}
           ${source === undefined ? sql`` : sql`AND check_source = ${source}`}`;
  return row?.count ?? 0;
}

export async function countByState({ sql }: Queryable, commitId: number): Promise<{ active: number; ignored: number }> {
  const [row] = await sql<{ active: number; ignored: number }[]>`
    SELECT coalesce(sum(active), 0)::int AS active, coalesce(sum(ignored), 0)::int AS ignored
      FROM issue_counts WHERE commit_id = ${commitId}`;
  return row ?? { active: 0, ignored: 0 };
}

/** @returns all issues of a commit by source, ignored ones included; sources without issues are left out */
export async function countBySource({ sql }: Queryable, commitId: number): Promise<Record<string, number>> {
  const rows = await sql<CountOfSource[]>`
    SELECT check_source AS source, sum(active + ignored)::int AS count FROM issue_counts WHERE commit_id = ${commitId}
     GROUP BY check_source HAVING sum(active + ignored) > 0 ORDER BY check_source COLLATE "C"`;
  return Object.fromEntries(rows.map(({ source, count }) => [source, count]));
}

/**
 * @param plugins plugin names; their case doesn't matter
 * @returns active issues of each of these plugins, 0 included
 */
export async function countActiveOf(
  { sql }: Queryable,
  commitId: number,
  plugins: readonly string[],
): Promise<Record<string, number>> {
  const rows = await sql<CountOfSource[]>`
    SELECT lower(check_source) AS source, sum(active)::int AS count FROM issue_counts WHERE commit_id = ${commitId} GROUP BY 1`;
  const counts = new Map(rows.map(({ source, count }) => [source, count]));
  return Object.fromEntries(plugins.map((name) => [name, counts.get(name.toLowerCase()) ?? 0]));
}

/** @returns active issues by kind, for the kinds that occur */
async function countByKind({ sql }: Queryable, commitId: number): Promise<Map<IssueKind, number>> {
  const rows = await sql<CountOfKind[]>`
    SELECT kind, sum(active)::int AS count FROM issue_counts WHERE commit_id = ${commitId} GROUP BY kind HAVING sum(active) > 0`;
  return new Map(rows.map(({ kind, count }) => [kind, count]));
}

/** @returns active issues of every kind, in the order of the kinds */
export async function countByCategory(q: Queryable, commitId: number): Promise<Record<IssueKind, number>> {
  const counts = await countByKind(q, commitId);
  const of = (kind: IssueKind): number => counts.get(kind) ?? 0;
  return {
    style: of("style"),
    performance: of("performance"),
    security: of("security"),
    bug: of("bug"),
    complexity: of("complexity"),
    duplication: of("duplication"),
    convention: of("convention"),
    quality: of("quality"),
  };
}

/** @returns active issues of the kinds that occur, most frequent first */
export async function countMostFrequent(q: Queryable, commitId: number): Promise<Partial<Record<IssueKind, number>>> {
  const counts = await countByKind(q, commitId);
  const occurring = issueKinds.flatMap((kind) => {
    const count = counts.get(kind);
    return count === undefined ? [] : [[kind, count] as const];
  });
  return Object.fromEntries(occurring.sort(([, one], [, other]) => other - one));
}
