import { z } from "zod";
import { type Database, type Death, defineJob, type HandledJob, type Queryable, type Transaction } from "../../../core";
import type { deliveries } from "../tables";
import type { CountDelivery } from "./counter";
import type { WebhookHandler } from "./webhook";

export const handleDelivery = defineJob({
  name: "github.handle_delivery",
  summary: "Lets one handler work on one of GitHub's webhook deliveries",
  whenFailing: "The delivery is failed after some seven hours; its payload is kept for thirty days, for another try",
  payload: z.object({ deliveryId: z.string(), handler: z.string() }),
});

/** A delivery of which a handler's job is dead, whatever it died of, has failed; its payload stays, for another try. */
export function deliveryHandling({
  db,
  handlers,
  count,
}: {
  db: Database;
  handlers: () => readonly WebhookHandler[];
  count: CountDelivery;
}): HandledJob {
  return handleDelivery.handledBy(
    async ({ deliveryId, handler: name }, run) => {
      const handler = handlers().find((candidate) => candidate.name === name);
      if (!handler) run.log.warn({ handler: name }, "nobody handles this delivery any more: its plugin is off");
      const begun = run.complete(async (tx) => {
        const delivery = await lockWaiting(tx, deliveryId, name);
        if (!delivery) return;
        await handler?.handle(tx, JSON.parse(delivery.payload), { sequence: delivery.sequence });
        const processed = await markHandled(tx, deliveryId, name, run.attempt);
        if (processed) tx.afterCommit(() => count(processed.event, "processed"));
      });
      await begun.catch(async (error: unknown) => {
        await countAttempt(db, deliveryId, name, run.attempt);
        throw error;
      });
    },
    {
      async onDead(tx, { deliveryId, handler }, death) {
        const failed = await markFailed(tx, deliveryId, handler, death);
        if (failed) tx.afterCommit(() => count(failed.event, "failed"));
      },
    },
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

/** The last handler takes the payload away. @returns the delivery when it was the last one */
async function markHandled(
  tx: Transaction,
  deliveryId: string,
  handler: string,
  attempt: number,
): Promise<Pick<Delivery, "event"> | undefined> {
  const [delivery] = await tx.sql<Pick<Delivery, "event" | "state">[]>`
    UPDATE github_deliveries SET
      waiting = array_remove(waiting, ${handler}),
      payload = CASE WHEN waiting = ARRAY[${handler}] THEN NULL ELSE payload END,
      state = CASE WHEN waiting = ARRAY[${handler}] THEN 'processed' ELSE state END,
      attempts = greatest(attempts, ${attempt}),
      updated_at = now()
    WHERE delivery_id = ${deliveryId} RETURNING event, state`;
  return delivery?.state === "processed" ? delivery : undefined;
}

async function countAttempt(q: Queryable, deliveryId: string, handler: string, attempt: number): Promise<void> {
  await q.sql`
    UPDATE github_deliveries SET attempts = greatest(attempts, ${attempt}), updated_at = now()
     WHERE delivery_id = ${deliveryId} AND ${handler} = ANY(waiting)`;
}

async function markFailed(
  q: Queryable,
  deliveryId: string,
  handler: string,
  { attempts, error }: Death,
): Promise<Pick<Delivery, "event"> | undefined> {
  const [delivery] = await q.sql<Pick<Delivery, "event">[]>`
    UPDATE github_deliveries SET state = 'failed', attempts = greatest(attempts, ${attempts}), error = ${error}, updated_at = now()
     WHERE delivery_id = ${deliveryId} AND ${handler} = ANY(waiting) RETURNING event`;
  return delivery;
}
