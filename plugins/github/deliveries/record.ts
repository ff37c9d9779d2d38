import { type Act, currentAct, type Database, type Jobs, type Queryable } from "../../../core";
import type { deliveries } from "../tables";
import type { CountDelivery } from "./counter";
import { groupCommit } from "./group-commit";
import { handleDelivery } from "./handle-delivery";
import { handles, type WebhookHandler } from "./webhook";

/** What GitHub sent. */
export interface Delivery {
  /** `X-GitHub-Delivery`. */
  readonly deliveryId: string;
  readonly event: string;
  /** The body, valid JSON. */
  readonly payload: string;
}

/** A delivery, its place in the order of arrival, and the request that brought it: one write may serve several. */
type Arrival = Delivery & { sequence: number; readonly act: Act };

/** Of one write. */
const limits = { items: 100, weight: 4 * 1024 * 1024 };

/**
 * @returns a function that records a delivery together with one job for each of its event's handlers. It resolves after the commit;
 * a delivery recorded within the last two days, by whichever process, changes nothing. Deliveries are numbered in the order of the
 * calls, whichever process they are made in and however long a write takes: a number is drawn before the delivery waits for its turn.
 */
export function createRecorder({
  db,
  jobs,
  handlers,
  count,
}: {
  db: Database;
  jobs: Jobs;
  handlers: () => readonly WebhookHandler[];
  count: CountDelivery;
}) {
  const number = groupCommit<Arrival>(
    async (arrivals) => {
      const numbers = await drawNumbers(db, arrivals.length);
      for (const arrival of arrivals) {
        const sequence = numbers.shift();
        if (sequence === undefined) throw new Error("PostgreSQL drew fewer numbers than it was asked for");
        arrival.sequence = sequence;
      }
    },
    { limits, weigh: () => 0 },
  );

  const writeAll = async (deliveries: readonly Arrival[]): Promise<void> => {
    let rows = distinct(deliveries).map((delivery) => toRow(delivery, handlers()));
    while (rows.length > 0) {
      const fresh = await writeUnlessSeen(rows);
      if (fresh.size === rows.length) break;
      rows = rows.filter(({ deliveryId }) => fresh.has(deliveryId));
    }
    const written = new Map(rows.map((row) => [row.deliveryId, row]));
    for (const { deliveryId, event } of deliveries) {
      const row = written.get(deliveryId);
      count(event, row ? "recorded" : "repeated");
      if (row?.waiting.length === 0) count(event, "processed");
      written.delete(deliveryId);
    }
  };

  /**
   * Both statements go out at once, before it is known which deliveries are new: nearly always all of them are. When some aren't,
   * everything is rolled back.
   * @returns ids of the new ones; if that is all of them, they have been written
   */
  const writeUnlessSeen = async (rows: readonly Row[]): Promise<Set<string>> => {
    const work = rows.flatMap(({ deliveryId, waiting }) => waiting.map((handler) => ({ deliveryId, handler })));
    const acts = rows.flatMap(({ act, waiting }) => waiting.map(() => act));
    if (work.length === 0) {
      await insert(db, rows);
      return new Set(rows.map(({ deliveryId }) => deliveryId));
    }
    try {
      return await db.transaction(async (tx) => {
        const [fresh] = await Promise.all([insert(tx, rows), jobs.enqueueAll(tx, handleDelivery, work, { acts })]);
        if (fresh.size < rows.length) throw new SeenBefore(fresh);
        return fresh;
      });
    } catch (error) {
      if (error instanceof SeenBefore) return error.fresh;
      throw error;
    }
  };

  const write = groupCommit(writeAll, { limits, weigh: ({ payload }) => payload.length });

  return async (delivery: Delivery): Promise<void> => {
    const arrival = { ...delivery, sequence: 0, act: currentAct() };
    await number(arrival);
    await write(arrival);
  };
}

/** @returns so many numbers, ascending, above all drawn before */
async function drawNumbers({ sql }: Queryable, count: number): Promise<number[]> {
  const rows = await sql<{ number: number }[]>`
    SELECT nextval(pg_get_serial_sequence('github_deliveries', 'id')) AS number FROM generate_series(1, ${count}) ORDER BY number`;
  return rows.map(({ number }) => number);
}

/** Rolls back a write in which not every delivery is new. */
class SeenBefore extends Error {
  constructor(readonly fresh: Set<string>) {
    super("some deliveries have been recorded before");
  }
}

/** `payload` is null when nobody wants it; `waiting`: names of handlers. */
type Row = Pick<typeof deliveries.$inferSelect, "deliveryId" | "event" | "payload" | "waiting"> & {
  sequence: number;
  act: Act;
};

function toRow({ sequence, act, deliveryId, event, payload }: Arrival, handlers: readonly WebhookHandler[]): Row {
  const waiting = handlers.filter((handler) => handles(handler, event, payload)).map(({ name }) => name);
  return { sequence, act, deliveryId, event, payload: waiting.length === 0 ? null : payload, waiting };
}

function distinct(deliveries: readonly Arrival[]): Arrival[] {
  const byId = new Map<string, Arrival>();
  for (const delivery of deliveries) if (!byId.has(delivery.deliveryId)) byId.set(delivery.deliveryId, delivery);
  return [...byId.values()];
}

/**
 * Rows go in in the order of their delivery ids, so that two processes that get the same deliveries never wait for each other. Their
 * numbers tell the order of arrival.
 * @returns ids of those that weren't there or had been forgotten
 */
async function insert(q: Queryable, rows: readonly Row[]): Promise<Set<string>> {
  const inserted = await q.sql<{ id: string }[]>`
    INSERT INTO github_deliveries AS known (id, delivery_id, event, payload, waiting, state)
    SELECT d.sequence, d.id, d.event, d.payload, string_to_array(d.waiting, ' '), CASE d.waiting WHEN '' THEN 'processed' ELSE 'pending' END
    FROM unnest(
      ${rows.map(({ sequence }) => sequence)}::bigint[],
      ${rows.map(({ deliveryId }) => deliveryId)}::text[], ${rows.map(({ event }) => event)}::text[],
      ${rows.map(({ payload }) => payload)}::text[], ${rows.map(({ waiting }) => waiting.join(" "))}::text[]
    ) AS d (sequence, id, event, payload, waiting)
    ORDER BY d.id
    ON CONFLICT (delivery_id) DO UPDATE SET
      id = excluded.id, event = excluded.event, payload = excluded.payload, waiting = excluded.waiting, state = excluded.state,
      attempts = 0, error = NULL, received_at = now(), updated_at = now()
    WHERE known.received_at < now() - interval '2 days'
    RETURNING delivery_id AS id`;
  return new Set(inserted.map(({ id }) => id));
}
