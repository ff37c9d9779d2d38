import type { Queryable, Transaction } from "../../core";
import type { CheckStatus } from "./check-states";
import type { ManifestCheck } from "./manifest/manifest";

export interface CheckRow {
  readonly id: number;
  readonly pluginName: string;
  readonly status: CheckStatus;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** What a check was created from. */
export interface StoredCheck {
  readonly imageReference: string;
  readonly envs: ManifestCheck["envs"];
  readonly mounts: ManifestCheck["mounts"];
}

/** @returns a commit's checks, in byte order of the lower-cased plugin name */
export async function listChecks(q: Queryable, commitId: number): Promise<CheckRow[]> {
  return await q.sql<CheckRow[]>`
    SELECT ${columns(q)} FROM checks k JOIN check_sets s ON s.id = k.check_set_id WHERE s.commit_id = ${commitId}
     ORDER BY lower(k.plugin_name::text) COLLATE "C", k.plugin_name::text COLLATE "C", k.id`;
}

/** @returns one check of the commit, with what it printed when it failed */
export async function findCheck(
  q: Queryable,
  commitId: number,
  id: number,
): Promise<(CheckRow & { errorOutput: string | null }) | undefined> {
  const [row] = await q.sql<(CheckRow & { errorOutput: string | null })[]>`
    SELECT ${columns(q)}, k.error_output AS "errorOutput" FROM checks k JOIN check_sets s ON s.id = k.check_set_id
     WHERE s.commit_id = ${commitId} AND k.id = ${id}`;
  return row;
}

/** @returns the statuses of all checks of a check set */
export async function checkStatusesOf(q: Queryable, checkSetId: number): Promise<CheckStatus[]> {
  const rows = await q.sql<{ status: CheckStatus }[]>`SELECT status FROM checks WHERE check_set_id = ${checkSetId}`;
  return rows.map(({ status }) => status);
}

export async function checksInManifestOrder(q: Queryable, checkSetId: number): Promise<StoredCheck[]> {
  return await q.sql<StoredCheck[]>`
    SELECT image_reference AS "imageReference", envs, mounts FROM checks WHERE check_set_id = ${checkSetId} ORDER BY position`;
}

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
     WHERE check_set_id = ${checkSetId} AND status IN ('waiting', 'in_progress')`;
}

const columns = ({ sql }: Queryable) => sql`
  k.id, k.plugin_name AS "pluginName", k.status, k.started_at AS "startedAt", k.finished_at AS "finishedAt"`;
