import { type Database, type Jobs, parameter, preparedRead, type Route, route } from "cocov/core";
import type { Auth } from "cocov/plugins/auth";
import { desc } from "drizzle-orm";
import { z } from "zod";
import { notes } from "./tables";
import { tellReaders } from "./tell-readers";

const note = z.object({
  id: z.int().meta({ example: 1 }),
  text: z.string().meta({ example: "The build is green again" }),
  told: z.boolean().meta({ description: "Whether its readers have been told", example: true }),
});

const latestNotes = preparedRead((orm) => orm.select().from(notes).orderBy(desc(notes.id)).limit(20));

interface Needs {
  readonly db: Database;
  readonly jobs: Jobs;
  readonly auth: Auth;
}

export function noteRoutes({ db, jobs, auth }: Needs): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/my-plugin/notes",
      summary: "List the latest notes",
      access: auth.any,
      answers: { 200: z.array(note) },
      handle: async () => {
        const rows = await latestNotes(db, {});
        return rows.map(({ id, text, toldAt }) => ({ id, text, told: toldAt !== null }));
      },
    }),
    route({
      method: "POST",
      path: "/v1/my-plugin/notes",
      summary: "Take down a note",
      access: auth.any,
      params: z.object({ text: parameter.text({ missing: "my_plugin.missing_text" }) }),
      answers: { 201: z.object({ id: note.shape.id }) },
      handle: async ({ params: { text } }) =>
        await db.transaction(async (tx) => {
          const [made] = await tx.orm.insert(notes).values({ text }).returning({ id: notes.id });
          if (made === undefined) throw new Error("the database returned no id");
          await jobs.enqueue(tx, tellReaders, { noteId: made.id });
          return made;
        }),
    }),
  ];
}
