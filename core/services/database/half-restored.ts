import { StartupError } from "../../startup-error";
import type { Queryable } from "./types";

/** Stands in the database from the first change of a restore to its last. */
export const restoreMarker = "core_restore";

/** @throws StartupError when the database has what a restore left that was broken off, or that goes on */
export async function refuseHalfRestored(q: Queryable): Promise<void> {
  const restored = await halfRestored(q);
  if (!restored) return;
  const { file, begunAt } = restored;
  throw new StartupError([
    `The restore of ${file} into this database, begun ${begunAt.toISOString()}, hasn't ended. Wait for it; if it was broken off, run \`bun run restore ${file}\` again.`,
  ]);
}

/** @returns the restore that hasn't ended; undefined when there is none */
export async function halfRestored({ sql }: Queryable): Promise<{ file: string; begunAt: Date } | undefined> {
  const [marker] = await sql<{ there: boolean }[]>`SELECT to_regclass(${restoreMarker}) IS NOT NULL AS there`;
  if (!marker?.there) return undefined;
  const [row] = await sql<{ file: string; begunAt: Date }[]>`SELECT file, begun_at AS "begunAt" FROM ${sql(restoreMarker)}`;
  return row;
}
