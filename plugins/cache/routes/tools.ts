import { z } from "zod";
import { type Database, notFound, type Route, repeatedRead, route } from "../../../core";
import type { Auth } from "../../auth";
import type { Entries } from "../entries";
import { entryJson, presentEntry, toolList } from "../schemas";
import type { NoteUse } from "../use";
import {
  entryParameters,
  listParameters,
  newEntryErrors,
  newEntryParameters,
  orderErrors,
  readNewEntry,
  readOrder,
  referenceIn,
} from "./parameters";

interface Parts {
  db: Database;
  auth: Auth;
  entries: Entries;
  noteUse: NoteUse;
}

/** Position of the hash in paths. */
const hashAt = 3;

/** The catalogue of tools, for the Cache service. */
export function toolRoutes({ db, auth, entries, noteUse }: Parts): Route[] {
  const base = "/v1/cache/tools";
  const access = auth.service("cache");
  return [
    route({
      method: "GET",
      path: base,
      summary: "List tools",
      access,
      params: z.object(listParameters),
      paginated: true,
      answers: { 200: toolList },
      errors: orderErrors,
      handle: async ({ params: { engine, order }, page }) => {
        const { rows, total } = await entries.list(db, "tools", engine, readOrder(order), page);
        return { artifacts: rows.map(presentEntry), paging: page.block(total) };
      },
    }),
    route({
      method: "POST",
      path: base,
      summary: "Register a tool",
      description: "One of that hash and engine that is there already keeps its id and gets what is sent.",
      access,
      params: z.object(newEntryParameters),
      answers: { 200: entryJson },
      errors: newEntryErrors,
      handle: async ({ params }) => {
        const { row } = await db.transaction((tx) => entries.register(tx, "tools", readNewEntry(params)));
        return presentEntry(row);
      },
    }),
    route({
      method: "GET",
      path: `${base}/:name_hash/meta`,
      summary: "Look up a tool",
      description: "Counts as use.",
      access,
      params: z.object(entryParameters),
      answers: { 200: entryJson },
      errors: ["not_found"],
      handle: async ({ url, params }) => {
        const row = await repeatedRead(() => entries.find(db, "tools", referenceIn(url, hashAt, params)));
        if (!row) throw notFound("There is no such tool");
        noteUse(row);
        return presentEntry(row);
      },
    }),
    route({
      method: "DELETE",
      path: `${base}/:name_hash`,
      summary: "Forget a tool",
      description: "Its file is gone.",
      access,
      params: z.object(entryParameters),
      answers: { 204: null },
      errors: ["not_found"],
      handle: async ({ url, params }) => {
        const removed = await db.transaction((tx) => entries.remove(tx, "tools", referenceIn(url, hashAt, params)));
        if (!removed) throw notFound("There is no such tool");
      },
    }),
    route({
      method: "PATCH",
      path: `${base}/:name_hash/touch`,
      summary: "Note that a tool was used",
      access,
      params: z.object(entryParameters),
      answers: { 204: null },
      errors: ["not_found"],
      handle: async ({ url, params }) => {
        if (!(await entries.touch(db, "tools", referenceIn(url, hashAt, params)))) throw notFound("There is no such tool");
      },
    }),
  ];
}
