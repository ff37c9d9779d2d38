import type { Logger } from "pino";
import type { Database } from "../database/types";
import type { JobQueues } from "./bunqueue/queues";
import { type Duty, startDuty } from "./duty";
import { failureMessage } from "./failure-message";
import { claimDue, type Handover, takeBack } from "./handover";

/** Hands due rows of the ledger over to the queue. One runs in each process that runs jobs. */
export interface Relay {
  /** Looks for due rows now. */
  wake(): void;
  /** Says that a handed-over row has left the queue. */
  left(name: string, id: number): void;
  /** Resolves when nothing is handed over any more. */
  stop(): Promise<void>;
}

export interface RelayOptions {
  db: Database;
  queues: () => JobQueues;
  holder: string;
  /** How many due rows of each name are handed over at once. */
  windows: ReadonlyMap<string, number>;
  /** The queue is this process's own: it then holds at most a window of each name, and the rest stays for other processes. */
  own: boolean;
  pollSeconds: number;
  log: Logger;
}

/** Starts the relay. It is woken by {@link Relay.wake}, and looks by itself every `pollSeconds`. */
export function startRelay({ db, queues, holder, windows, own, pollSeconds, log }: RelayOptions): Relay {
  const outstanding = new Map([...windows.keys()].map((name) => [name, new Set<number>()]));
  const more = new Set<string>();

  const room = (): Map<string, number> => {
    const free = [...windows].map(([name, window]) => [name, window - (outstanding.get(name)?.size ?? 0)] as const);
    return new Map(free.filter(([, rows]) => rows > 0));
  };

  const handOver = async (): Promise<void> => {
    for (;;) {
      const asked = room();
      if (asked.size === 0) return;
      const { handovers, unfinished } = await claimDue(db, holder, asked, pollSeconds * 2);
      for (const [name, rows] of Map.groupBy(handovers, ({ name }) => name)) await give(name, rows);
      for (const name of unfinished) more.add(name);
      if (handovers.length === 0 || !unfinished.some((name) => room().has(name))) return;
    }
  };

  const give = async (name: string, rows: readonly Handover[]): Promise<void> => {
    const due = own ? rows.filter(({ delayMs }) => delayMs === 0) : [];
    for (const { id } of due) outstanding.get(name)?.add(id);
    try {
      await queues().add(name, rows);
    } catch (error) {
      for (const { id } of due) outstanding.get(name)?.delete(id);
      await takeBack(db, rows);
      throw error;
    }
  };

  const duty: Duty = startDuty(handOver, pollSeconds, (error) =>
    log.warn({ error: failureMessage(error) }, "jobs could not be handed over, trying again"),
  );

  return {
    wake: duty.wake,
    stop: duty.stop,
    left(name, id) {
      const held = outstanding.get(name);
      if (!held?.delete(id)) return;
      if (!more.has(name) || held.size > (windows.get(name) ?? 0) / 2) return;
      more.delete(name);
      duty.wake();
    },
  };
}
