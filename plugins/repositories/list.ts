import type { Database, Page, Queryable } from "../../core";
import { type Caller, seesEverything } from "../auth";
import { searchText } from "./organization/search-text";
import { type ShownRepository, shownRepositoryColumns, withDefaultBranch } from "./rows";

export interface RepositoryPage {
  readonly rows: ShownRepository[];
  /** Of all pages. */
  readonly total: number;
}

/** How many a search answers with. */
const searchSize = 25;

/**
 * The repositories a caller sees, by name; with a search term all of them still, most similar first.
 * Names sort in byte order of their lower-case form, so that the order doesn't depend on the database's collation.
 */
export async function listRepositories(
  db: Database,
  caller: Caller,
  page: Page,
  searchTerm: string | undefined,
): Promise<RepositoryPage> {
  const rows = await db.sql<(ShownRepository & { total: number })[]>`
    SELECT ${shownRepositoryColumns(db)}, (${visibleCount(db, caller)}) AS total
      FROM (SELECT r.* FROM repositories r ${onlyVisible(db, caller)}
             ORDER BY ${order(db, searchTerm)} LIMIT ${page.size} OFFSET ${page.offset}) r ${withDefaultBranch(db)}
     ORDER BY ${order(db, searchTerm)}`;
  const total = rows[0]?.total ?? (page.offset === 0 ? 0 : await countVisible(db, caller));
  return { rows, total };
}

/** The first of {@link listRepositories}. */
export async function searchRepositories(
  db: Database,
  caller: Caller,
  searchTerm: string | undefined,
): Promise<Pick<ShownRepository, "name" | "description">[]> {
  return await db.sql<Pick<ShownRepository, "name" | "description">[]>`
    SELECT r.name, r.description FROM repositories r ${onlyVisible(db, caller)}
     ORDER BY ${order(db, searchTerm)} LIMIT ${searchSize}`;
}

async function countVisible(db: Database, caller: Caller): Promise<number> {
  const [row] = await db.sql<{ total: number }[]>`SELECT (${visibleCount(db, caller)}) AS total`;
  return row?.total ?? 0;
}

/** Counted by itself, in an index: the page then needs only as many rows as it shows. */
function visibleCount({ sql }: Queryable, caller: Caller) {
  return seesEverything(caller) || caller.kind === "service"
    ? sql`SELECT count(*)::int FROM repositories`
    : sql`SELECT count(*)::int FROM repository_members WHERE github_member_id = ${caller.githubId}`;
}

function onlyVisible({ sql }: Queryable, caller: Caller) {
  return seesEverything(caller) || caller.kind === "service"
    ? sql``
    : sql`JOIN repository_members m ON m.repository_id = r.id AND m.github_member_id = ${caller.githubId}`;
}

function order({ sql }: Queryable, searchTerm: string | undefined) {
  const byName = sql`lower(r.name::text) COLLATE "C", (r.name::text) COLLATE "C", r.id`;
  return searchTerm === undefined ? byName : sql`similarity(r.name::text, ${searchText(searchTerm)}) DESC, ${byName}`;
}
