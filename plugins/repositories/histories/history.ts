import { getTableColumns, getTableName } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import type { z } from "zod";
import type { Queryable } from "../../../core";
import type { Days } from "./days";

/** A table with an entry for each time that a branch got a new value, which is never changed: `branch_id`, `created_at` and the value. */
export interface HistoryTable<T extends PgTable> {
  readonly table: T;
  /** Of the value. */
  readonly field: keyof T["$inferSelect"] & string;
}

/** What a plugin knows of how a figure of branches has developed. */
export interface BranchHistory {
  /** What it is called in graphs and addresses: `issues`. */
  readonly key: string;
  /** A day's value, with a description and an example, for the documentation. */
  readonly schema: z.ZodType<number, number>;
  /** @returns a value for each of the days, null before there was one; in one statement */
  of(q: Queryable, branchId: number, days: Days): Promise<DayValue[]>;
}

export interface DayValue {
  /** `YYYY-MM-DD`, UTC. */
  readonly date: string;
  readonly value: number | null;
}

/**
 * Reads a history from its entries. A day (UTC) has the value of the newest entry of that day, else that of the day before; so the first
 * day shown has the newest of all days before. Each day is one step into an index, which the table needs:
 * `(branch_id, ((created_at AT TIME ZONE 'UTC')::date), id)`.
 */
export function createHistory<T extends PgTable>(
  { key, schema }: Pick<BranchHistory, "key" | "schema">,
  { table, field }: HistoryTable<T>,
): BranchHistory {
  const name: string = getTableName(table);
  const column = getTableColumns(table)[field]?.name;
  if (column === undefined) throw new Error(`The table ${name} has no column for ${field}`);
  return {
    key,
    schema,
    of: async ({ sql }, branchId, { first, last }) => [
      ...(await sql<DayValue[]>`
        SELECT d.day::date::text AS date, newest.value
          FROM generate_series(${first}::date, ${last}::date, '1 day') d (day)
          LEFT JOIN LATERAL (
            SELECT h.${sql(column)} AS value FROM ${sql(name)} h
             WHERE h.branch_id = ${branchId} AND (h.created_at AT TIME ZONE 'UTC')::date <= d.day::date
             ORDER BY (h.created_at AT TIME ZONE 'UTC')::date DESC, h.id DESC LIMIT 1) newest ON true
         ORDER BY d.day`),
    ],
  };
}
