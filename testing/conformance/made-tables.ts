import { is } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import type { AnyPlugin } from "../../core/plugin/plugin";
import type { Database } from "../../core/services/database/types";

/** The columns of a database's tables, as text, by the tables' names. */
export type MadeTables = ReadonlyMap<string, string>;

/** @returns what is there, the core's tables left out */
export async function madeTables({ sql }: Database): Promise<MadeTables> {
  const rows = await sql<{ table: string; columns: string[] }[]>`
    SELECT table_name AS "table", array_agg(column_name::text ORDER BY column_name::text) AS columns
      FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'core\\_%' GROUP BY table_name`;
  return new Map(rows.map(({ table, columns }) => [table, columns.join(", ")]));
}

/**
 * @param before what was there before the plugin's migrations, and `after` what is there after them
 * @returns a sentence for each table in which they made something else than the plugin declares
 */
export function migrationProblems(plugin: AnyPlugin, before: MadeTables, after: MadeTables): string[] {
  const declared = new Map(Object.values(plugin.tables ?? {}).flatMap(declaredColumns));
  const touched = [...new Set([...before.keys(), ...after.keys()])].filter((table) => before.get(table) !== after.get(table));
  return [...new Set([...declared.keys(), ...touched])].flatMap((table) => {
    const [wanted, made] = [declared.get(table), after.get(table)];
    if (wanted === undefined) return [`Its migrations change the table ${table}, which isn't among its \`tables\`.`];
    if (made === undefined) return [`Its migrations don't make the table ${table} that it declares.`];
    return wanted === made ? [] : [`Its migrations make the table ${table} with the columns ${made}; it declares ${wanted}.`];
  });
}

function declaredColumns(table: unknown): [string, string][] {
  if (!is(table, PgTable)) return [];
  const { name, columns } = getTableConfig(table);
  return [
    [
      name,
      columns
        .map((column) => column.name)
        .sort()
        .join(", "),
    ],
  ];
}
