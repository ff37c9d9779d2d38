import type { Jobs, Queryable, Transaction } from "../../../core";
import { updateOrganizationList } from "../jobs/update-organization-list";

/** Minutes after which a first fetch of which nothing was heard is asked for again. */
const patience = 15;

/** Has a list fetched that never was, unless that has been asked for and hasn't failed. */
export async function wantFirstList({ tx, jobs }: { tx: Transaction; jobs: Jobs }, organization: string): Promise<void> {
  const [wanted] = await tx.sql`
    INSERT INTO organization_lists AS list (organization, wanted_at) VALUES (${organization}, now())
    ON CONFLICT (organization) DO UPDATE SET wanted_at = now(), updated_at = now()
     WHERE list.fetched_at IS NULL AND (list.wanted_at IS NULL OR list.wanted_at < now() - make_interval(mins => ${patience}))
    RETURNING id`;
  if (wanted) await jobs.enqueue(tx, updateOrganizationList, {});
}

/** Makes a list whose first fetch failed one that was never fetched. What was fetched before stays. */
export async function giveUpFirstList({ sql }: Queryable, organization: string): Promise<void> {
  await sql`
    UPDATE organization_lists SET wanted_at = NULL, updated_at = now() WHERE organization = ${organization} AND wanted_at IS NOT NULL`;
}

/**
 * Has a list that somebody uses fetched again because something changed. However many changes there are, GitHub is asked for half a page a
 * second at most.
 */
export async function followChange({ tx, jobs }: { tx: Transaction; jobs: Jobs }, organization: string): Promise<void> {
  const [list] = await tx.sql<{ seconds: number }[]>`
    SELECT greatest(0, 2 * ceil(total / 100.0) - extract(epoch FROM now() - fetched_at))::float8 AS seconds
      FROM organization_lists WHERE organization = ${organization} AND fetched_at IS NOT NULL`;
  if (list) await jobs.enqueue(tx, updateOrganizationList, {}, { delaySeconds: list.seconds });
}

/** @returns whether the list was ever fetched: then it is kept up to date */
export async function isKept({ sql }: Queryable, organization: string): Promise<boolean> {
  const [list] = await sql`SELECT FROM organization_lists WHERE organization = ${organization} AND fetched_at IS NOT NULL`;
  return list !== undefined;
}
