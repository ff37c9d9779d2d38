import { type Database, type Page, type Queryable, readPage } from "../../core";
import { type Caller, type Reading, seesEverything } from "../auth";
import { searchText } from "./organization/search-text";
import { defaultBranchJoin, type ShownRepository, shownRepositoryColumns } from "./rows";

export interface RepositoryPage {
  readonly rows: readonly ShownRepository[];
  /** Of all pages. */
  readonly total: number;
}

/** How many a search answers with. */
const searchSize = 25;

/** Names sort in byte order of their lower-case form, so that the order doesn't depend on the database's collation. */
const byName = 'lower(r.name::text) COLLATE "C", (r.name::text) COLLATE "C", r.id';

/** A page of what `from` has. Its rows are found first: what is shown of them is then read of no others. */
const pageOf = (from: string): string => `
  SELECT ${shownRepositoryColumns} FROM (SELECT r.* FROM ${from} ORDER BY ${byName} LIMIT $2 OFFSET $3) r ${defaultBranchJoin}
   ORDER BY ${byName}`;

/**
 * Whoever sees fewer has theirs looked up and sorted; else repositories are gone through by name, which finds a page soon. PostgreSQL
 * can't choose for itself: it makes one plan for all callers.
 */
const few = 500;

/** A row of a page, and how many there are in all; a row without id where the page has none. */
type ListedRow = (ShownRepository | { readonly id: null }) & { readonly total: number };

/** A page of what the caller sees, by name. Of its three parts PostgreSQL runs the one that is for the caller. */
export const visiblePage: Reading<ListedRow> = {
  columns: "counted.total, listed.*",
  joins: `
    LEFT JOIN LATERAL (
      SELECT coalesce(sum(change), 0)::int AS total FROM repository_count_changes
       WHERE github_member_id = CASE WHEN caller."seesEverything" THEN 0 ELSE caller."githubId" END) counted ON true
    LEFT JOIN LATERAL (
      (${pageOf(`repositories r WHERE caller."seesEverything"`)})
      UNION ALL
      (${pageOf(`repositories r JOIN repository_members m ON m.repository_id = r.id AND m.github_member_id = caller."githubId"
                  WHERE NOT caller."seesEverything" AND counted.total > ${few}`)})
      UNION ALL
      (${pageOf(`(SELECT repository_id FROM repository_members
                   WHERE github_member_id = caller."githubId" AND NOT caller."seesEverything" AND counted.total <= ${few}
                   ORDER BY repository_id LIMIT ${few}) m,
                 LATERAL (SELECT * FROM repositories WHERE id = m.repository_id OFFSET 0) r`)})) listed ON true`,
  values: ({ page, query: { search_term } }) =>
    search_term === undefined || search_term === "" ? [page.size, page.offset] : undefined,
};

/** @returns what {@link visiblePage} read */
export function pageRead(read: readonly ListedRow[]): RepositoryPage {
  return { rows: read.filter((row) => row.id !== null), total: read[0]?.total ?? 0 };
}

/** A page of the same repositories, all of them still, those first whose names are most similar to a term. */
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
