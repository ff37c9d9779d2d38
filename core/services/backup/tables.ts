import type { Installation } from "../../app/installation";
import { tableNames } from "../../plugin/names";
import { restoreMarker } from "../database/half-restored";
import type { Queryable } from "../database/types";

/** A table as a backup has it. */
export interface BackedUpTable {
  readonly name: string;
  /** Those that are stored, not computed. */
  readonly columns: readonly string[];
}

/** @returns an identifier for the text of a statement */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** @returns names of the tables of all plugins that are found, on or off: what is there of one that is off stays */
export const declaredTables = ({ on, off }: Pick<Installation, "on" | "off">): string[] =>
  [...on, ...off].flatMap(({ plugin }) => tableNames(plugin));

/** Statements of migrations that name a table of theirs. */
const making =
  /\b(?:create\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?|alter\s+table\s+[\w".]+\s+rename\s+to\s+)"?(\w+)"?/gi;

/** @returns names of tables that migrations make, also of those that their plugin doesn't declare, or declares no more */
export const madeTables = (texts: Iterable<string>): string[] =>
  [...texts].flatMap((text) => [...text.matchAll(making)].map(([, name = ""]) => name.toLowerCase()));

/**
 * Looks for tables of the platform in the schema that its connections use.
 * @param names those to look for, besides the core's own
 */
export async function findTables({ sql }: Queryable, names: readonly string[]): Promise<BackedUpTable[]> {
  return [
    ...(await sql<{ name: string; columns: string[] }[]>`
      SELECT c.relname AS name,
             array(SELECT attname::text FROM pg_attribute
                    WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum) AS columns
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = current_schema() AND c.relkind = 'r' AND c.relname <> ${restoreMarker}
         AND (c.relname = ANY(${[...names]}::text[]) OR starts_with(c.relname, 'core_'))
       ORDER BY c.relname`),
  ];
}

/** @returns names of tables in the schema that aren't the platform's as far as it knows */
export async function otherTables({ sql }: Queryable, known: readonly string[]): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relname = ANY(${[...known, restoreMarker]}::text[])
       AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND deptype = 'e')
     ORDER BY 1`;
  return rows.map(({ name }) => name);
}
