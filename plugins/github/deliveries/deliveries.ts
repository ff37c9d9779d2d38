import {
  type Database,
  type Jobs,
  type Page,
  type PageOf,
  type Queryable,
  type RowOf,
  readPage,
  rowColumns,
} from "../../../core";
import { deliveries } from "../tables";
import { askAgain } from "./ask-again";
import { handleDelivery } from "./handle-delivery";

export const deliveryStates = deliveries.state.enumValues;
type DeliveryState = (typeof deliveryStates)[number];

const listed = rowColumns(deliveries, ["id", "deliveryId", "event", "state", "receivedAt", "attempts", "error"]);
/** What GitHub delivered, without its payload. `attempts` is that of the handler which needed most. */
export type ListedDelivery = RowOf<typeof listed>;

/** Webhook deliveries of the last days, for admins. */
export interface Deliveries {
  /** @returns one page, newest first, and how many there are on all */
  list(
    q: Queryable,
    wanted: { readonly event: string | undefined; readonly state: DeliveryState | undefined },
    page: Page,
  ): Promise<PageOf<ListedDelivery>>;
  /**
   * Has one that failed handled again from what was recorded; GitHub is asked in the background for one of which nothing is left. One
   * whose handlers haven't given up is left to them.
   * @returns false when there is no such delivery
   */
  redeliver(id: number): Promise<boolean>;
}

export function createDeliveries({ db, jobs }: { db: Database; jobs: Jobs }): Deliveries {
  return {
    list(q, { event, state }, page) {
      const { sql } = q;
      return readPage<ListedDelivery>(q, page, {
        columns: listed(q),
        from: sql`github_deliveries
          WHERE ${event === undefined ? sql`true` : sql`event = ${event}`} AND ${state === undefined ? sql`true` : sql`state = ${state}`}`,
        orderBy: sql`id DESC`,
      });
    },

    async redeliver(id) {
      const again = await db.transaction(async (tx) => {
        const [delivery] = await tx.sql<Pick<typeof deliveries.$inferSelect, "deliveryId" | "state" | "payload" | "waiting">[]>`
          SELECT delivery_id AS "deliveryId", state, payload, waiting FROM github_deliveries WHERE id = ${id} FOR UPDATE`;
        if (!delivery) return null;
        const { deliveryId, state, payload, waiting } = delivery;
        if (payload === null) await jobs.enqueue(tx, askAgain, { deliveryId });
        if (payload === null || state !== "failed") return { deliveryId: null };
        await tx.sql`UPDATE github_deliveries SET state = 'pending', error = NULL, updated_at = now() WHERE id = ${id}`;
        await jobs.enqueueAll(
          tx,
          handleDelivery,
          waiting.map((handler) => ({ deliveryId, handler })),
        );
        return { deliveryId };
      });
      if (again?.deliveryId) await clearDead(again.deliveryId);
      return again !== null;
    },
  };

  /** The jobs that gave up have successors now. */
  async function clearDead(deliveryId: string): Promise<void> {
    const dead = await jobs.list({ name: handleDelivery.name, state: "dead", limit: 1000 });
    for (const { id, payload } of dead) {
      const about = handleDelivery.payload.safeParse(payload).data;
      if (about?.deliveryId === deliveryId) await jobs.delete(id);
    }
  }
}
