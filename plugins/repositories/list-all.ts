import { type Page, type PageOf, type Queryable, type RowOf, readPage, rowColumns } from "../../core";
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
): Promise<PageOf<AdministeredRepository>> {
  const { sql } = q;
  const name = sql`lower(r.name::text) COLLATE "C"`;
  return await readPage<AdministeredRepository>(q, page, {
    columns: sql`
      ${columns(q)}, (SELECT count(*)::int FROM repository_members m WHERE m.repository_id = r.id) AS "accessibleByCount"`,
    from: search === undefined ? sql`repositories r` : sql`repositories r WHERE starts_with(${name}, lower(${search}))`,
    orderBy: sql`${name}, (r.name::text) COLLATE "C", r.id`,
  });
}
