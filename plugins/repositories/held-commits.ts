import { and, eq, sql } from "drizzle-orm";
import { type Given, preparedRead, type Queryable } from "../../core";
import type { HeldCommits } from "../storage";
import { commits, repositories } from "./tables";

/**
 * Tells what the repository that has a name now keeps under it in the storage. Names are compared exactly: `Api` and `api` have
 * storage folders of their own.
 */
export function heldCommits(q: Queryable, name: string): HeldCommits {
  return async (shas) => {
    const [holder] = await namedExactly(q, { name });
    if (!holder) return null;
    const rows = await commitsOf(q, { repositoryId: holder.id, shas });
    return new Set(rows.map(({ sha }) => sha));
  };
}

const namedExactly = preparedRead((orm, { name }: Given<{ name: string }>) =>
  orm
    .select({ id: repositories.id })
    .from(repositories)
    .where(and(eq(repositories.name, name), sql`${repositories.name}::text = ${name}`)),
);

const commitsOf = preparedRead((orm, { repositoryId, shas }: Given<{ repositoryId: number; shas: readonly string[] }>) =>
  orm
    .select({ sha: commits.sha })
    .from(commits)
    .where(and(eq(commits.repositoryId, repositoryId), sql`${commits.sha} = ANY(${shas}::text[]::citext[])`)),
);
