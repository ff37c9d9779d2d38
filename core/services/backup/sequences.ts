import type { Queryable } from "../database/types";
import { quoted } from "./tables";

/** How far a sequence has come. */
export interface SequencePosition {
  readonly name: string;
  readonly last: string;
  /** Whether the last value has been given out. */
  readonly called: boolean;
}

/** @returns the positions of the sequences that these tables' columns draw from, at least as far as any snapshot's rows */
export async function readSequences({ sql }: Queryable, tables: readonly string[]): Promise<SequencePosition[]> {
  const names = await sql<{ name: string }[]>`
    SELECT s.relname AS name FROM pg_class s JOIN pg_namespace n ON n.oid = s.relnamespace
      JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
      JOIN pg_class t ON t.oid = d.refobjid
     WHERE s.relkind = 'S' AND n.nspname = current_schema() AND t.relname = ANY(${[...tables]}::text[]) ORDER BY 1`;
  const positions: SequencePosition[] = [];
  for (const { name } of names) {
    const [row] = await sql.unsafe<{ last: string; called: boolean }[]>(
      `SELECT last_value::text AS last, is_called AS called FROM ${quoted(name)}`,
    );
    if (row) positions.push({ name, ...row });
  }
  return positions;
}

/** Sets sequences to where they were. One that there isn't any more is left out. */
export async function setSequences({ sql }: Queryable, positions: readonly SequencePosition[]): Promise<void> {
  for (const { name, last, called } of positions) {
    await sql`SELECT setval(to_regclass(${quoted(name)}), ${last}::bigint, ${called}) WHERE to_regclass(${quoted(name)}) IS NOT NULL`;
  }
}
