import { type Database, type Page, type Queryable, readPage } from "../../core";
import { type Caller, seesEverything } from "../auth";
import { searchText } from "./organization/search-text";
import { defaultBranchJoin, type ShownRepository, shownRepositoryColumns } from "./rows";

export interface RepositoryPage {
  readonly rows: readonly ShownRepository[];
  /** Of all pages. */
  readonly total: number;
}

/** How many a search answers with. */
const searchSize = 25;

/** What `repositories r` are sorted by: names in byte order of their lower-case form, so that the order doesn't depend on the database's collation. */
export const byName = 'lower(r.name::text) COLLATE "C", (r.name::text) COLLATE "C", r.id';

/** A page of all that the caller sees, those first whose names are most similar to a term. */
export async function mostSimilarPage(db: Database, caller: Caller, page: Page, term: string): Promise<RepositoryPage> {
  return await readPage<ShownRepository>(db, page, {
    columns: db.sql.unsafe(shownRepositoryColumns),
    from: db.sql`repositories r ${onlyVisible(db, caller)} ${db.sql.unsafe(defaultBranchJoin)}`,
    orderBy: order(db, term),
  });
}

/** The first of {@link mostSimilarPage}; by name without a term. */
export async function searchRepositories(
  db: Database,
  caller: Caller,
  term: string | undefined,
): Promise<Pick<ShownRepository, "name" | "description">[]> {
  return await db.sql<Pick<ShownRepository, "name" | "description">[]>`
    SELECT r.name, r.description FROM repositories r ${onlyVisible(db, caller)}
     ORDER BY ${order(db, term)} LIMIT ${searchSize}`;
}

function onlyVisible({ sql }: Queryable, caller: Caller) {
  return seesEverything(caller) || caller.kind === "service"
    ? sql``
    : sql`JOIN repository_members m ON m.repository_id = r.id AND m.github_member_id = ${caller.githubId}`;
}

function order({ sql }: Queryable, term: string | undefined) {
  const names = sql.unsafe(byName);
  return term === undefined ? sql`${names}` : sql`similarity(r.name::text, ${searchText(term)}) DESC, ${names}`;
}
