import { type Page, type PageOf, type Queryable, type RowOf, readPage, rowColumns } from "../../core";
import { users } from "./tables";

const columns = rowColumns(users, ["id", "login", "avatarUrl", "admin", "githubId"], "u");

/** A user as the administration shows them. */
export type ListedUser = RowOf<typeof columns>;

/**
 * The users whose login starts with a text, in either case, by login: in byte order of its lower-case form, so that the order doesn't depend
 * on the database's collation.
 */
export async function listUsers(q: Queryable, search: string | undefined, page: Page): Promise<PageOf<ListedUser>> {
  const { sql } = q;
  const login = sql`lower(u.login::text) COLLATE "C"`;
  return await readPage<ListedUser>(q, page, {
    columns: columns(q),
    from: search === undefined ? sql`users u` : sql`users u WHERE starts_with(${login}, lower(${search}))`,
    orderBy: sql`${login}, u.id`,
  });
}
