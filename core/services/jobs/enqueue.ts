import type { Transaction } from "../database/types";
import { type Act, keptAct } from "../observation/act";
import type { JobDefinition } from "./job";

/** Channel on which relays are told that jobs are waiting. */
export const jobsChannel = "cocov_jobs";

/**
 * Writes jobs to the ledger and tells the relays, in one statement.
 *
 * A job whose key an unstarted job already has is taken in by that one: the older row and its payload stay, its time moves
 * forward if the new one is earlier. The caller's change must be seen by the job that survives, so that job must not start before
 * the caller has committed. `do update` (instead of `do nothing`) is what ensures it: it locks the older row until then.
 * - An attempt that wants to start the row waits for the lock, hence starts after the commit.
 * - An attempt that started the row a moment before holds it: this statement waits for that to commit, finds that the row has left
 *   the unique index, and inserts a job of its own.
 * Rows are written in the order of their keys, so that two of these statements never wait for each other.
 *
 * @param options.delaySeconds not before so many seconds from now, by the database's clock
 * @param options.acts whose each job is; the transaction's unless given
 * @throws what the payload's schema throws when a payload doesn't fit
 */
export async function enqueueRows<Payload>(
  tx: Transaction,
  job: JobDefinition<Payload>,
  payloads: readonly Payload[],
  { delaySeconds = 0, acts = [] }: { delaySeconds?: number; acts?: readonly Act[] } = {},
): Promise<void> {
  const by = tx.by;
  const rows = distinctRows(job, payloads, (index) => keptAct(acts[index] ?? by));
  if (rows.length === 0) return;
  await tx.sql`
    with written as (
      insert into core_jobs as waiting (name, payload, key, exclusive_key, act, run_at)
      select ${job.name}, r.payload, r.key, r.exclusive, r.act, now() + make_interval(secs => ${delaySeconds})
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r (payload jsonb, key text, exclusive text, act jsonb)
      on conflict (name, key) where key is not null and started_at is null and died_at is null
      do update set
        run_at = least(waiting.run_at, excluded.run_at),
        handed_to = case when excluded.run_at < waiting.run_at then null else waiting.handed_to end
    )
    select pg_notify(${jobsChannel}, '')`;
}

interface Row<Payload> {
  payload: Payload;
  key: string | null;
  exclusive: string | null;
  act: Act | null;
}

function distinctRows<Payload>(
  job: JobDefinition<Payload>,
  payloads: readonly Payload[],
  actOf: (index: number) => Act | null,
): Row<Payload>[] {
  const keyless: Row<Payload>[] = [];
  const keyed = new Map<string, Row<Payload>>();
  for (const [index, payload] of payloads.entries()) {
    job.payload.parse(payload);
    const key = job.key?.(payload) ?? null;
    const row = { payload, key, exclusive: job.exclusive?.(payload) ?? null, act: actOf(index) };
    if (key === null) keyless.push(row);
    else if (!keyed.has(key)) keyed.set(key, row);
  }
  const inKeyOrder = [...keyed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  return [...keyless, ...inKeyOrder];
}
