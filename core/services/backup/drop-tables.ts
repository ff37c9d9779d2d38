import type { Installation } from "../../app/installation";
import type { Transaction } from "../database/types";
import type { CheckedBackup } from "./check-file";
import { declaredTables, findTables, madeTables, quoted } from "./tables";

/** Drops the platform's tables, and the functions and types that only they use. Whatever else is in the database stays. */
export async function dropTables(tx: Transaction, installation: Installation, { head, texts }: CheckedBackup): Promise<void> {
  const names = [...declaredTables(installation), ...madeTables(texts.values()), ...head.tables.map(({ name }) => name)];
  const found = (await findTables(tx, names)).map(({ name }) => name);
  if (found.length === 0) return;
  const { functions, types } = await usedBy(tx, found);
  await tx.sql.unsafe(`DROP TABLE ${found.map(quoted).join(", ")}`);
  for (const name of functions) await tx.sql.unsafe(`DROP FUNCTION ${name}`);
  for (const name of types) await tx.sql.unsafe(`DROP TYPE ${name}`);
}

async function usedBy({ sql }: Transaction, tables: readonly string[]): Promise<{ functions: string[]; types: string[] }> {
  const list = [...tables];
  const functions = await sql<{ name: string }[]>`
    SELECT DISTINCT p.oid::regprocedure::text AS name
      FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
     WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(${list}::text[])
       AND p.pronamespace = current_schema()::regnamespace
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
       AND NOT EXISTS (SELECT FROM pg_trigger o JOIN pg_class oc ON oc.oid = o.tgrelid
                        WHERE o.tgfoid = p.oid AND NOT oc.relname = ANY(${list}::text[]))`;
  const types = await sql<{ name: string }[]>`
    SELECT DISTINCT y.oid::regtype::text AS name
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type y ON y.oid = a.atttypid
     WHERE a.attnum > 0 AND c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(${list}::text[])
       AND y.typnamespace = current_schema()::regnamespace AND y.typtype IN ('e', 'd')
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = y.oid AND d.deptype = 'e')
       AND NOT EXISTS (SELECT FROM pg_attribute o JOIN pg_class oc ON oc.oid = o.attrelid
                        WHERE o.atttypid = y.oid AND oc.relkind = 'r' AND NOT oc.relname = ANY(${list}::text[]))`;
  return { functions: functions.map(({ name }) => name), types: types.map(({ name }) => name) };
}
