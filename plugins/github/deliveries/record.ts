import type { Database, Jobs, Queryable } from "../../../core";
import { groupCommit } from "./group-commit";
import { handleDelivery } from "./handle-delivery";
import type { WebhookHandler } from "./webhook";

/** What GitHub sent. */
export interface Delivery {
  /** `X-GitHub-Delivery`. */
  readonly deliveryId: string;
  readonly event: string;
  /** The body, valid JSON. */
  readonly payload: string;
}

/**
 * @returns a function that records a delivery together with one job for each of its event's handlers. It resolves after the commit;
 * a delivery recorded within the last two days, by whichever process, changes nothing.
 */
export function createRecorder({
  db,
  jobs,
  handlers,
}: {
  db: Database;
  jobs: Jobs;
  handlers: () => readonly WebhookHandler[];
}) {
  const handlersOf = (event: string) => handlers().filter((handler) => handler.event === event);

  const write = async (deliveries: readonly Delivery[]): Promise<void> => {
    const rows = distinct(deliveries).map((delivery) => toRow(delivery, handlersOf(delivery.event)));
    if (rows.every(({ waiting }) => waiting === "")) {
      await insert(db, rows);
      return;
    }
    await db.transaction(async (tx) => {
      const recorded = await insert(tx, rows);
      const work = recorded.flatMap(({ id, event }) =>
        handlersOf(event).map(({ name }) => ({ deliveryId: id, handler: name })),
      );
      await jobs.enqueueAll(tx, handleDelivery, work);
    });
  };

  return groupCommit(write, { limits: { items: 100, weight: 4 * 1024 * 1024 }, weigh: ({ payload }) => payload.length });
}

interface Row {
  deliveryId: string;
  event: string;
  /** Null when nobody wants it. */
  payload: string | null;
  /** Names of handlers, separated by spaces. */
  waiting: string;
}

function toRow({ deliveryId, event, payload }: Delivery, handlers: readonly WebhookHandler[]): Row {
  const waiting = handlers.map(({ name }) => name).join(" ");
  return { deliveryId, event, payload: waiting === "" ? null : payload, waiting };
}

function distinct(deliveries: readonly Delivery[]): Delivery[] {
  const byId = new Map<string, Delivery>();
  for (const delivery of deliveries) if (!byId.has(delivery.deliveryId)) byId.set(delivery.deliveryId, delivery);
  return [...byId.values()];
}

/**
 * Rows go in in the order of their delivery ids, so that two processes that get the same deliveries never wait for each other.
 * @returns those that weren't there or had been forgotten
 */
async function insert(q: Queryable, rows: readonly Row[]): Promise<{ id: number; event: string }[]> {
  return await q.sql`
    INSERT INTO github_deliveries AS known (delivery_id, event, payload, waiting, state)
    SELECT d.id, d.event, d.payload, string_to_array(d.waiting, ' '), CASE d.waiting WHEN '' THEN 'processed' ELSE 'pending' END
    FROM unnest(
      ${rows.map(({ deliveryId }) => deliveryId)}::text[], ${rows.map(({ event }) => event)}::text[],
      ${rows.map(({ payload }) => payload)}::text[], ${rows.map(({ waiting }) => waiting)}::text[]
    ) AS d (id, event, payload, waiting)
    ORDER BY d.id
    ON CONFLICT (delivery_id) DO UPDATE SET
      id = DEFAULT, event = excluded.event, payload = excluded.payload, waiting = excluded.waiting, state = excluded.state,
      received_at = now(), updated_at = now()
    WHERE known.received_at < now() - interval '2 days'
    RETURNING id, event`;
}
