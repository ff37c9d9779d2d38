import { type Page, type Queryable, type RowOf, rowColumns } from "../../../core";
import { organizationLists, organizationRepositories } from "../tables";
import { searchText } from "./search-text";

const listColumns = rowColumns(organizationLists, ["fetchedAt", "total"], "l");
const itemColumns = rowColumns(organizationRepositories, ["name", "description", "madeAt", "pushedAt"], "o");

/** A repository of the organization, and whether it is registered here. */
export type OrganizationRepository = RowOf<typeof itemColumns> & { readonly present: boolean };

type ListRow = RowOf<typeof listColumns>;

/** What is known of an organization's repositories; `fetchedAt` is null as long as nothing has been fetched. */
export interface OrganizationPage extends ListRow {
  readonly items: OrganizationRepository[];
}

/** Names a search answers with. */
const mostFound = 50;

/**
 * One page of the list, by name. Names sort in byte order of their lower-case form.
 * @returns undefined when nobody has asked for the list yet
 */
export async function showList(q: Queryable, organization: string, page: Page): Promise<OrganizationPage | undefined> {
  const rows = await q.sql<Row[]>`
    SELECT ${listColumns(q)}, o.* FROM organization_lists l
      LEFT JOIN LATERAL (
        SELECT ${shownColumns(q)} FROM organization_repositories o WHERE o.list_id = l.id
         ORDER BY ${byName(q)} LIMIT ${page.size} OFFSET ${page.offset}) o ON true
     WHERE l.organization = ${organization}`;
  return pageOf(rows);
}

/**
 * Those whose names resemble a term by 0.3 or more, the most similar ones first. All of them together are one page.
 * @returns undefined when nobody has asked for the list yet
 */
export async function searchList(
  q: Queryable,
  organization: string,
  { term, page }: { term: string; page: Page },
): Promise<OrganizationPage | undefined> {
  const text = searchText(term);
  const name = q.sql`lower(o.name COLLATE "C")`;
  const rows = await q.sql<Row[]>`
    SELECT ${listColumns(q)}, o.* FROM organization_lists l
      LEFT JOIN LATERAL (
        SELECT ${shownColumns(q)} FROM organization_repositories o
         WHERE o.list_id = l.id AND ${name} % ${text} AND similarity(${name}, ${text}) >= 0.3::real
         ORDER BY ${name} <-> ${text}, ${byName(q)} LIMIT ${mostFound}) o ON true
     WHERE l.organization = ${organization}`;
  const found = pageOf(rows);
  return found && { ...found, total: found.items.length, items: page.number === 1 ? found.items : [] };
}

/** Names are null where the list is empty, or the page is past its end. */
type Row = ListRow & { [Key in keyof OrganizationRepository]: OrganizationRepository[Key] | null };

function pageOf(rows: readonly Row[]): OrganizationPage | undefined {
  const [first] = rows;
  if (!first) return undefined;
  const { fetchedAt, total } = first;
  const items = rows.flatMap(({ name, description, madeAt, pushedAt, present }) =>
    name !== null && madeAt !== null ? [{ name, description, madeAt, pushedAt, present: present === true }] : [],
  );
  return { fetchedAt, total, items };
}

const shownColumns = (q: Queryable) => q.sql`
  ${itemColumns(q)}, EXISTS (SELECT FROM repositories r WHERE r.github_id = o.github_id) AS present`;

const byName = ({ sql }: Queryable) => sql`lower(o.name) COLLATE "C", o.name COLLATE "C", o.id`;
