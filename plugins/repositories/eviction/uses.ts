import type { PendingQuery, Row } from "postgres";
import type { Queryable } from "../../../core";

/** What a plugin does with commits for which their files have to stay. */
export interface UseOfCommits {
  readonly name: string;
  /** @returns a condition of SQL: whether the commit `c` is used now */
  condition(q: Queryable): PendingQuery<Row[]>;
}
export type UsesOfCommits = readonly UseOfCommits[];

/** @returns a condition of SQL: whether the files of the commit `c` have to stay, as some branch stands at it, or for some plugin */
export function isUsed(q: Queryable, uses: UsesOfCommits): PendingQuery<Row[]> {
  let any = q.sql`EXISTS (SELECT FROM branches b WHERE b.head_id = c.id)`;
  for (const use of uses) any = q.sql`${any} OR ${use.condition(q)}`;
  return q.sql`(${any})`;
}
