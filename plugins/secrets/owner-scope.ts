import type { Queryable } from "../../core";

/** To whom secrets and keys belong: a repository by id, or the organization. */
export type OwnerScope = number | "organization";

/** The columns that say it. */
export const scopeColumns = (owner: OwnerScope) =>
  owner === "organization"
    ? ({ scope: "organization", repositoryId: null } as const)
    : ({ scope: "repository", repositoryId: owner } as const);

/** The condition for rows of that owner, and of no other. */
export const belongingTo = ({ sql }: Queryable, owner: OwnerScope) =>
  owner === "organization" ? sql`repository_id IS NULL` : sql`repository_id = ${owner}`;

/** Names in byte order of their lower-case form, so that the order doesn't depend on the database's collation. */
export const byName = ({ sql }: Queryable) => sql`lower(name::text) COLLATE "C", name::text COLLATE "C", id`;
