import { z } from "zod";
import { type Database, notFound, type Route, repeatedRead, route, type Transaction } from "../../../core";
import { numbered, presentRepository, type RepositoryGuards } from "../../repositories";
import type { Entries } from "../entries";
import { artifactList, entryJson, presentEntry } from "../schemas";
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
  guards: RepositoryGuards;
  entries: Entries;
  noteUse: NoteUse;
  /** Called with each registration, in its transaction: what the repository's artifacts add up to now. */
  registered: (tx: Transaction, repositoryId: number, total: number) => Promise<void>;
}

/** Position of the hash in paths. */
const hashAt = 4;

/** The catalogue of a repository's artifacts, for the Cache service. */
export function artifactRoutes({ db, guards, entries, noteUse, registered }: Parts): Route[] {
  const base = "/v1/repositories/:repo_id/cache";
  const of = guards.service("cache");
  return [
    route({
      method: "GET",
      path: base,
      summary: "List a repository's artifacts",
      ...of,
      params: z.object({ ...numbered, ...listParameters }),
      paginated: true,
      answers: { 200: artifactList },
      errors: orderErrors,
      handle: async ({ repository, params: { engine, order }, page }) => {
        const { rows, total } = await entries.list(db, repository.id, engine, readOrder(order), page);
        return {
          repository: presentRepository(repository),
          artifacts: rows.map(presentEntry),
          paging: page.block(total),
        };
      },
    }),
    route({
      method: "POST",
      path: base,
      summary: "Register an artifact",
      description: "One of that hash and engine that is there already keeps its id and gets what is sent.",
      ...of,
      params: z.object({ ...numbered, ...newEntryParameters }),
      answers: { 200: entryJson },
      errors: newEntryErrors,
      handle: async ({ repository: { id }, params }) => {
        const entry = readNewEntry(params);
        const row = await db.transaction(async (tx) => {
          const { row, total } = await entries.register(tx, id, entry);
          await registered(tx, id, total);
          return row;
        });
        return presentEntry(row);
      },
    }),
    route({
      method: "GET",
      path: `${base}/:name_hash/meta`,
      summary: "Look up an artifact",
      description: "Counts as use.",
      // Without looking the repository up first: this is what the Cache service asks most, and where one isn't, no artifact of its is.
      access: of.access,
      params: z.object({ ...numbered, ...entryParameters }),
      answers: { 200: entryJson },
      errors: ["not_found"],
      handle: async ({ url, params }) => {
        const row = await repeatedRead(() => entries.find(db, params.repo_id, referenceIn(url, hashAt, params)));
        if (!row) throw notFound("There is no such artifact");
        noteUse(row);
        return presentEntry(row);
      },
    }),
    route({
      method: "DELETE",
      path: `${base}/:name_hash`,
      summary: "Forget an artifact",
      description: "Its file is gone.",
      ...of,
      params: z.object({ ...numbered, ...entryParameters }),
      answers: { 204: null },
      errors: ["not_found"],
      handle: async ({ repository: { id }, url, params }) => {
        const removed = await db.transaction((tx) => entries.remove(tx, id, referenceIn(url, hashAt, params)));
        if (!removed) throw notFound("There is no such artifact");
      },
    }),
    route({
      method: "PATCH",
      path: `${base}/:name_hash/touch`,
      summary: "Note that an artifact was used",
      ...of,
      params: z.object({ ...numbered, ...entryParameters }),
      answers: { 204: null },
      errors: ["not_found"],
      handle: async ({ repository: { id }, url, params }) => {
        if (!(await entries.touch(db, id, referenceIn(url, hashAt, params)))) throw notFound("There is no such artifact");
      },
    }),
  ];
}
