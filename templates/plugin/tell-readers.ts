import { type Database, defineJob, type HandledJob } from "cocov/core";
import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { Note } from "./readers";
import { notes } from "./tables";

/** Payloads carry ids: what the job needs besides, it reads when it runs. */
export const tellReaders = defineJob({
  name: "my-plugin.tell_readers",
  summary: "Passes a note on to whoever reads notes",
  whenFailing: "The note stays untold, which its list shows; after some seven hours only a retry of the dead job tells of it",
  payload: z.object({ noteId: z.int() }),
});

interface Needs {
  readonly db: Database;
  readonly readers: () => readonly ((note: Note) => Promise<void>)[];
}

/** Readers are told first and without a transaction; that they were is written together with the job's end. */
export function handleTellReaders({ db, readers }: Needs): HandledJob {
  return tellReaders.handledBy(async ({ noteId }, run) => {
    const [note] = await db.orm.select({ id: notes.id, text: notes.text }).from(notes).where(eq(notes.id, noteId));
    if (note === undefined) return;
    for (const read of readers()) await read(note);
    await run.complete(async (tx) => {
      await tx.orm.update(notes).set({ toldAt: sql`now()`, updatedAt: sql`now()` }).where(eq(notes.id, noteId));
    });
  });
}
