import { z } from "zod";
import { defineJob, type HandledJob, type Queryable, type Transaction } from "../../../core";
import type { deliveries } from "../tables";
import type { WebhookHandler } from "./webhook";

export const handleDelivery = defineJob({
  name: "github.handle_delivery",
  summary: "Lets one handler work on one of GitHub's webhook deliveries",
  whenFailing: "The delivery is failed after some seven hours; its payload is kept for thirty days, for another try",
  payload: z.object({ deliveryId: z.string(), handler: z.string() }),
});

/** A delivery of which a handler's job is dead, whatever it died of, has failed; its payload stays, for another try. */
export function deliveryHandling({ handlers }: { handlers: () => readonly WebhookHandler[] }): HandledJob {
  return handleDelivery.handledBy(
    async ({ deliveryId, handler: name }, run) => {
      const handler = handlers().find((candidate) => candidate.name === name);
      if (!handler) run.log.warn({ handler: name }, "nobody handles this delivery any more: its plugin is off");
      await run.complete(async (tx) => {
        const delivery = await lockWaiting(tx, deliveryId, name);
        if (!delivery) return;
        await handler?.handle(tx, JSON.parse(delivery.payload), { sequence: delivery.sequence });
        await markHandled(tx, deliveryId, name);
      });
    },
    { onDead: (tx, { deliveryId, handler }) => markFailed(tx, deliveryId, handler) },
  );
}

type Delivery = typeof deliveries.$inferSelect;
type WaitingDelivery = { payload: NonNullable<Delivery["payload"]>; sequence: Delivery["id"] };

/** @returns undefined when the delivery no longer waits for the handler, or is forgotten */
async function lockWaiting(tx: Transaction, deliveryId: string, handler: string): Promise<WaitingDelivery | undefined> {
  const [delivery] = await tx.sql<WaitingDelivery[]>`
    SELECT payload, id AS sequence FROM github_deliveries
    WHERE delivery_id = ${deliveryId} AND ${handler} = ANY(waiting) AND payload IS NOT NULL FOR UPDATE`;
  return delivery;
}

/** The last handler takes the payload away. */
async function markHandled(tx: Transaction, deliveryId: string, handler: string): Promise<void> {
  await tx.sql`
    UPDATE github_deliveries SET
      waiting = array_remove(waiting, ${handler}),
      payload = CASE WHEN waiting = ARRAY[${handler}] THEN NULL ELSE payload END,
      state = CASE WHEN waiting = ARRAY[${handler}] THEN 'processed' ELSE state END,
      updated_at = now()
    WHERE delivery_id = ${deliveryId}`;
}

async function markFailed(q: Queryable, deliveryId: string, handler: string): Promise<void> {
  await q.sql`
    UPDATE github_deliveries SET state = 'failed', updated_at = now() WHERE delivery_id = ${deliveryId} AND ${handler} = ANY(waiting)`;
}
