import { type Page, type Queryable, type RowOf, rowColumns } from "../../core";
import { users } from "./tables";

const columns = rowColumns(users, ["id", "login", "avatarUrl", "admin", "githubId"], "u");

/** A user as the administration shows them. */
export type ListedUser = RowOf<typeof columns>;

/**
 * The users whose login starts with a text, in either case, by login: in byte order of its lower-case form, so that the order doesn't depend
 * on the database's collation.
 */
export async function listUsers(
  q: Queryable,
  search: string | undefined,
  page: Page,
): Promise<{ rows: ListedUser[]; total: number }> {
  const { sql } = q;
  const matching = search === undefined ? sql`` : sql`WHERE starts_with(lower(u.login::text) COLLATE "C", lower(${search}))`;
  const [rows, [counted]] = await Promise.all([
    sql<ListedUser[]>`
      SELECT ${columns(q)} FROM users u ${matching}
       ORDER BY lower(u.login::text) COLLATE "C", u.id LIMIT ${page.size} OFFSET ${page.offset}`,
    sql<{ total: number }[]>`SELECT count(*)::int AS total FROM users u ${matching}`,
  ]);
  return { rows, total: counted?.total ?? 0 };
}
