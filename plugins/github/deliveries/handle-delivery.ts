import { z } from "zod";
import { type Database, defineJob, type HandledJob, type Queryable, type Transaction } from "../../../core";
import type { WebhookHandler } from "./webhook";

export const handleDelivery = defineJob({
  name: "github.handle_delivery",
  summary: "Lets one handler work on one of GitHub's webhook deliveries",
  payload: z.object({ deliveryId: z.int(), handler: z.string() }),
});

export function deliveryHandling({ db, handlers }: { db: Database; handlers: () => readonly WebhookHandler[] }): HandledJob {
  return handleDelivery.handledBy(async ({ deliveryId, handler: name }, run) => {
    const handler = handlers().find((candidate) => candidate.name === name);
    if (!handler) run.log.warn({ handler: name }, "nobody handles this delivery any more: its plugin is off");
    try {
      await run.complete(async (tx) => {
        const payload = await lockWaiting(tx, deliveryId, name);
        if (payload === null) return;
        await handler?.handle(tx, JSON.parse(payload), { sequence: deliveryId });
        await markHandled(tx, deliveryId, name);
      });
    } catch (error) {
      if (run.lastAttempt) await markFailed(db, deliveryId, name);
      throw error;
    }
  });
}

/** @returns the payload of a delivery that still waits for the handler; null when it doesn't, or is forgotten */
async function lockWaiting(tx: Transaction, id: number, handler: string): Promise<string | null> {
  const [row] = await tx.sql<{ payload: string | null }[]>`
    SELECT payload FROM github_deliveries WHERE id = ${id} AND ${handler} = ANY(waiting) FOR UPDATE`;
  return row?.payload ?? null;
}

/** The last handler takes the payload away. */
async function markHandled(tx: Transaction, id: number, handler: string): Promise<void> {
  await tx.sql`
    UPDATE github_deliveries SET
      waiting = array_remove(waiting, ${handler}),
      payload = CASE WHEN waiting = ARRAY[${handler}] THEN NULL ELSE payload END,
      state = CASE WHEN waiting = ARRAY[${handler}] THEN 'processed' ELSE state END,
      updated_at = now()
    WHERE id = ${id}`;
}

async function markFailed(q: Queryable, id: number, handler: string): Promise<void> {
  await q.sql`
    UPDATE github_deliveries SET state = 'failed', updated_at = now() WHERE id = ${id} AND ${handler} = ANY(waiting)`;
}
