import { type Page, type Queryable, type RowOf, rowColumns } from "../../core";
import { repositories } from "./tables";

const columns = rowColumns(
  repositories,
  ["id", "name", "description", "cacheSize", "commitsSize", "unreachableSince", "createdAt"],
  "r",
);

/** A repository as the administration shows it. */
export type AdministeredRepository = RowOf<typeof columns> & {
  /** People who are members, whether they have signed in or not. */
  readonly accessibleByCount: number;
};

/** All repositories whose name starts with a text, in either case, by name as in `listRepositories`. */
export async function listAllRepositories(
  q: Queryable,
  search: string | undefined,
  page: Page,
): Promise<{ rows: AdministeredRepository[]; total: number }> {
  const { sql } = q;
  const matching = search === undefined ? sql`` : sql`WHERE starts_with(lower(r.name::text) COLLATE "C", lower(${search}))`;
  const byName = sql`lower(r.name::text) COLLATE "C", (r.name::text) COLLATE "C", r.id`;
  const [rows, [counted]] = await Promise.all([
    sql<AdministeredRepository[]>`
      SELECT ${columns(q)}, (SELECT count(*)::int FROM repository_members m WHERE m.repository_id = r.id) AS "accessibleByCount"
        FROM (SELECT * FROM repositories r ${matching} ORDER BY ${byName} LIMIT ${page.size} OFFSET ${page.offset}) r
       ORDER BY ${byName}`,
    sql<{ total: number }[]>`SELECT count(*)::int AS total FROM repositories r ${matching}`,
  ]);
  return { rows, total: counted?.total ?? 0 };
}
