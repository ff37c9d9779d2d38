import type { Queryable } from "../../../core";

/**
 * When the reading of permissions from GitHub begins, by the database's clock. Members of a repository and memberships of a person are
 * read by different jobs, side by side; who began later knows better, so what was read earlier is never written over it.
 */
export type Reading = { readonly begun: string };

export async function beginReading(q: Queryable): Promise<Reading> {
  const [now] = await q.sql<Reading[]>`SELECT clock_timestamp()::text AS begun`;
  if (!now) throw new Error("PostgreSQL doesn't tell the time");
  return now;
}
