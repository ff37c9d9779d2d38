import type { Queryable } from "../../../core";

/** Asks for one delivery at most. */
const mostAsks = 5;

/** How long the next ask waits after the first one, the second, …: GitHub may be unable to reach this server for a while. */
const waits = ["9 minutes", "50 minutes", "6 hours", "1 day"] as const;

/**
 * Notes that GitHub is about to be asked for deliveries that never arrived, so that no other process does. Rows are written in the order of
 * their ids, so that two processes never wait for each other.
 * @param lost ids of deliveries, those first that matter most
 * @returns those to ask for: not recorded here, and asked for neither too often nor just before
 */
export async function claimLost(q: Queryable, lost: readonly string[], most: number): Promise<Set<string>> {
  const claimed = await q.sql<{ id: string }[]>`
    INSERT INTO github_redeliveries AS known (delivery_id, asks, asked_at)
    SELECT id, 1, now() FROM (
      SELECT lost.id FROM unnest(${lost}::text[]) WITH ORDINALITY AS lost (id, place)
        LEFT JOIN github_redeliveries before ON before.delivery_id = lost.id
       WHERE NOT EXISTS (SELECT FROM github_deliveries d WHERE d.delivery_id = lost.id)
         AND (before.delivery_id IS NULL
              OR before.asks < ${mostAsks} AND before.asked_at < now() - (${waits}::text[])[greatest(before.asks, 1)]::interval)
       ORDER BY lost.place LIMIT ${most}) AS chosen
     ORDER BY id
    ON CONFLICT (delivery_id) DO UPDATE SET asks = known.asks + 1, asked_at = now()
     WHERE known.asks < ${mostAsks} AND known.asked_at < now() - (${waits}::text[])[greatest(known.asks, 1)]::interval
    RETURNING delivery_id AS id`;
  return new Set(claimed.map(({ id }) => id));
}

/** Takes back that deliveries were asked for, because that didn't come to pass. */
export async function giveBack(q: Queryable, deliveryIds: readonly string[]): Promise<void> {
  await q.sql`
    UPDATE github_redeliveries SET asks = asks - 1, asked_at = now() - interval '2 days'
     WHERE delivery_id = ANY(${deliveryIds}::text[])`;
}
