import type { Database, Logger } from "../../core";
import type { EntryRow } from "./entries";

/** Seconds for which one use stands for all. */
const accuracy = 60;

/** Uses that may wait to be written. Where the database is that busy, more of them would only keep others waiting. */
const mostUnderWay = 100;

/** Notes that an entry was looked up: the Cache service does that whenever it hands one out, and says so in no other way. */
export type NoteUse = (row: EntryRow) => void;

/**
 * Nobody waits for it: a lookup that failed, or took long, would end the Cache service. An entry that is just being changed is left alone,
 * and a use that can't be written is forgotten.
 */
export function createNoteUse({ db, log }: { db: Database; log: Logger }): NoteUse {
  const under = new Set<number>();

  async function note(id: number): Promise<void> {
    await db.sql`
      UPDATE cache_entries SET last_used_at = now()
       WHERE id = (SELECT id FROM cache_entries WHERE id = ${id} FOR NO KEY UPDATE SKIP LOCKED)`;
  }

  return ({ id, lastUsedAt }) => {
    const isRecent = lastUsedAt !== null && lastUsedAt.getTime() > Date.now() - accuracy * 1000;
    if (isRecent || under.has(id) || under.size >= mostUnderWay) return;
    under.add(id);
    note(id)
      .catch((error: unknown) => log.warn({ err: error, entry: id }, "the use of a cache entry couldn't be noted"))
      .finally(() => under.delete(id));
  };
}
