import type { Database } from "../database/types";

/**
 * Does something while no job with an exclusive key runs: those that want to start meanwhile wait for its end. Holds a connection, and
 * lets such jobs wait, so it is for what takes a moment.
 *
 * @returns false when such a job runs, in any process; nothing is done then
 */
export async function whileIdle(db: Database, exclusiveKey: string, act: () => Promise<void>): Promise<boolean> {
  return await db.transaction(async (tx) => {
    // A running row that nobody else ever sees: the unique index makes whoever starts a job with its key wait for this transaction.
    const [row] = await tx.sql<{ id: number }[]>`
      insert into core_jobs (name, payload, exclusive_key, running_token)
      values ('core.while_idle', '{}', ${exclusiveKey}, ${crypto.randomUUID()})
      on conflict (exclusive_key) where exclusive_key is not null and running_token is not null do nothing
      returning id`;
    if (!row) return false;
    await act();
    await tx.sql`delete from core_jobs where id = ${row.id}`;
    return true;
  });
}
