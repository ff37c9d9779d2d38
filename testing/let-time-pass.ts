import { getTableName } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import type { Database } from "../core/services/database/types";
import { jobsChannel } from "../core/services/jobs/enqueue";

/** A column of a drizzle table that keeps points in time. */
export type TimeColumn = AnyPgColumn<{ data: Date }>;

/**
 * Lets time pass as far as it is kept in the database: jobs that wait are due so many seconds earlier, and the named columns say that
 * it was so many seconds longer ago. Nothing is waited for.
 *
 * The clocks of PostgreSQL and of this process go on as ever: `now()` and `new Date()` don't move, and periodic jobs don't start (have
 * them done with `run`).
 *
 * @param columns of the tables whose times shall move as well, in every row
 */
export async function letTimePass(db: Database, seconds: number, columns: readonly TimeColumn[] = []): Promise<void> {
  await db.transaction(async ({ sql }) => {
    for (const column of columns) {
      const name = sql(column.name);
      await sql`UPDATE ${sql(getTableName(column.table))} SET ${name} = ${name} - make_interval(secs => ${seconds})`;
    }
    await sql`
      UPDATE core_jobs SET run_at = run_at - make_interval(secs => ${seconds}), handed_to = null
       WHERE died_at IS NULL AND running_token IS NULL AND run_at > now()`;
    await sql`SELECT pg_notify(${jobsChannel}, '')`;
  });
}
