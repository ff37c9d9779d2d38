import { isStorableText, type Queryable } from "../../core";
import { type Caller, defineReading, type Reading } from "../auth";
import {
  type BesideCommit,
  besideCommitColumns,
  defaultBranchJoin,
  type ReachedRepository,
  reachedRepositoryColumns,
} from "./rows";

/** What a path of a repository's routes leads to: null where there is nothing. */
export type ReachedRow = ReachedRepository | { readonly id: null };
export type ReachedCommitRow = ReachedRow & BesideCommit;

/** Read with the caller: the repository that the path names, and what the caller is there. */
function repositoryReading<Row extends object>(
  where: "r.name = $2" | "r.id = $2",
  values: Reading<Row>["values"],
  { columns, joins } = { columns: "", joins: "" },
): Reading<Row> {
  return defineReading<Row>({
    columns: reachedRepositoryColumns + columns,
    joins: `
      LEFT JOIN repositories r ON ${where} ${defaultBranchJoin}
      LEFT JOIN repository_members m ON m.repository_id = r.id AND m.github_member_id = caller."githubId" ${joins}`,
    values,
  });
}

const withCommit = {
  columns: `, ${besideCommitColumns}`,
  joins: "LEFT JOIN commits k ON k.repository_id = r.id AND k.sha = $3",
};

/** `/:repo_name` */
export const byName = repositoryReading<ReachedRow>("r.name = $2", ({ inPath }) => allKnown(textIn(inPath.repo_name)));
/** `/:repo_id` */
export const byId = repositoryReading<ReachedRow>("r.id = $2", ({ inPath }) => allKnown(idIn(inPath.repo_id)));
/** `/:repo_name/…/:commit_sha` */
export const commitByName = repositoryReading<ReachedCommitRow>(
  "r.name = $2",
  ({ inPath }) => allKnown(textIn(inPath.repo_name), textIn(inPath.commit_sha)),
  withCommit,
);
/** `/:repo_id/…/:commit_sha` */
export const commitById = repositoryReading<ReachedCommitRow>(
  "r.id = $2",
  ({ inPath }) => allKnown(idIn(inPath.repo_id), textIn(inPath.commit_sha)),
  withCommit,
);

/** @returns the same by a name from elsewhere; undefined where there is no repository of it */
export async function reachRepository(
  { sql }: Queryable,
  name: string,
  caller: Caller,
): Promise<ReachedRepository | undefined> {
  const [row] = await sql<ReachedRepository[]>`
    SELECT ${sql.unsafe(reachedRepositoryColumns)}
      FROM repositories r ${sql.unsafe(defaultBranchJoin)}
      LEFT JOIN repository_members m ON m.repository_id = r.id AND m.github_member_id = ${caller.kind === "user" ? caller.githubId : null}
     WHERE r.name = ${name}`;
  return row;
}

/** @returns undefined when one of them can't name anything: whoever looks at the parameters refuses it */
function allKnown(...values: (string | number | undefined)[]): (string | number)[] | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === values.length ? known : undefined;
}

const textIn = (value: unknown): string | undefined => (typeof value === "string" && isStorableText(value) ? value : undefined);

/** What {@link parameter.id} takes. */
function idIn(value: unknown): number | undefined {
  const id = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : Number.NaN;
  return Number.isSafeInteger(id) ? id : undefined;
}
