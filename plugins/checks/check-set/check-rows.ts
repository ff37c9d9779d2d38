import { asc, eq } from "drizzle-orm";
import { type Given, preparedRead, type Queryable, type RowOf, rowColumns, type Transaction } from "../../../core";
import type { ManifestCheck } from "../manifest/manifest";
import { checks } from "../tables";
import { type CheckStatus, openStatuses } from "./check-states";

const columns = rowColumns(checks, ["id", "pluginName", "status", "startedAt", "finishedAt"], "k");
const columnsWithOutput = rowColumns(checks, ["id", "pluginName", "status", "startedAt", "finishedAt", "errorOutput"], "k");

export type CheckRow = RowOf<typeof columns>;
export type CheckWithOutput = RowOf<typeof columnsWithOutput>;

/** @returns a commit's checks, in byte order of the lower-cased plugin name */
export async function listChecks(q: Queryable, commitId: number): Promise<CheckRow[]> {
  return await q.sql<CheckRow[]>`
    SELECT ${columns(q)} FROM checks k JOIN check_sets s ON s.id = k.check_set_id WHERE s.commit_id = ${commitId}
     ORDER BY lower(k.plugin_name::text) COLLATE "C", k.plugin_name::text COLLATE "C", k.id`;
}

/** @returns one check of the commit, with what it printed when it failed */
export async function findCheck(q: Queryable, commitId: number, id: number): Promise<CheckWithOutput | undefined> {
  const [row] = await q.sql<CheckWithOutput[]>`
    SELECT ${columnsWithOutput(q)} FROM checks k JOIN check_sets s ON s.id = k.check_set_id
     WHERE s.commit_id = ${commitId} AND k.id = ${id}`;
  return row;
}

/** @returns the statuses of all checks of a check set */
export async function checkStatusesOf(q: Queryable, checkSetId: number): Promise<CheckStatus[]> {
  const rows = await statusesOf(q, { checkSetId });
  return rows.map(({ status }) => status);
}

const statusesOf = preparedRead((orm, { checkSetId }: Given<{ checkSetId: number }>) =>
  orm.select({ status: checks.status }).from(checks).where(eq(checks.checkSetId, checkSetId)),
);

/** What the checks of a check set were created from, in the manifest's order. */
export const checksInManifestOrder = preparedRead((orm, { checkSetId }: Given<{ checkSetId: number }>) =>
  orm
    .select({ imageReference: checks.imageReference, envs: checks.envs, mounts: checks.mounts })
    .from(checks)
    .where(eq(checks.checkSetId, checkSetId))
    .orderBy(asc(checks.position)),
);

/** Makes a check, `waiting`, of every entry of a manifest. */
export async function insertChecks(tx: Transaction, checkSetId: number, entries: readonly ManifestCheck[]): Promise<void> {
  const rows = entries.map(({ pluginName, plugin, envs, mounts }, position) => ({
    position,
    plugin_name: pluginName,
    image_reference: plugin,
    envs,
    mounts,
  }));
  await tx.sql`
    INSERT INTO checks (check_set_id, position, plugin_name, image_reference, envs, mounts)
    SELECT ${checkSetId}, c.* FROM jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb)
        AS c (position integer, plugin_name text, image_reference text, envs jsonb, mounts jsonb)`;
}

/** Ends what is still open. @param errorOutput what is stored with checks that become errored */
export async function closeOpenChecks(
  tx: Transaction,
  checkSetId: number,
  status: "errored" | "canceled",
  errorOutput: string | null,
): Promise<void> {
  await tx.sql`
    UPDATE checks SET status = ${status}, error_output = ${status === "errored" ? errorOutput : null},
           started_at = coalesce(started_at, now()), finished_at = coalesce(finished_at, now()), updated_at = now()
     WHERE check_set_id = ${checkSetId} AND status = ANY(${openStatuses}::text[])`;
}
