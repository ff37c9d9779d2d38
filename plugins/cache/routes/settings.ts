import { z } from "zod";
import { type Database, type Events, notFound, parameter, type Route, route } from "../../../core";
import { acted } from "../../auth";
import { named, presentRepository, type Repositories } from "../../repositories";
import type { Entries } from "../entries";
import { errors } from "../errors";
import type { Evictions } from "../evictions";
import { cacheSettings, presentForSettings } from "../schemas";
import type { Tasks } from "../tasks";

interface Parts {
  db: Database;
  events: Events;
  repositories: Repositories;
  entries: Entries;
  evictions: Evictions;
  tasks: Tasks;
  /** Whether there is a Cache service. */
  enabled: boolean;
  /** Bytes; 0: none. */
  limit: number;
}

/** What is kept in the cache for a repository, for its members. */
export function settingsRoutes({ db, events, repositories, entries, evictions, tasks, enabled, limit }: Parts): Route[] {
  const base = "/v1/repositories/:repo_name/settings/cache";
  const { guards, cacheSize } = repositories;
  const refusals = ["cache_settings.cache_disabled"];
  return [
    route({
      method: "GET",
      path: base,
      summary: "Show a repository's cache",
      ...guards.member,
      params: z.object(named),
      paginated: true,
      answers: { 200: cacheSettings },
      handle: async ({ repository, page }) => {
        if (!enabled) return { repository: presentRepository(repository), enabled };
        const [{ rows, total }, used] = await Promise.all([
          entries.listUsed(db, repository.id, page),
          cacheSize.read(db, repository.id),
        ]);
        return {
          repository: presentRepository(repository),
          enabled,
          storage_used: used,
          storage_limit: limit,
          artifacts: rows.map(presentForSettings),
          paging: page.block(total),
        };
      },
    }),
    route({
      method: "POST",
      path: `${base}/purge`,
      summary: "Delete all of a repository's cache",
      ...guards.atLevel("maintainer"),
      params: z.object(named),
      answers: { 204: null },
      errors: refusals,
      handle: async ({ repository: { id, name } }) => {
        if (!enabled) throw errors.fail("cache_settings.cache_disabled");
        await db.transaction(async (tx) => {
          await entries.removeWhere(tx, id);
          await tasks.purge(tx, id);
          await events.emit(tx, acted, { action: "cache.purged", subject: { type: "cache", id, name }, repository: name });
        });
      },
    }),
    route({
      method: "DELETE",
      path: `${base}/:id`,
      summary: "Delete an artifact from a repository's cache",
      description: "It stays in the list until the Cache service has deleted its file.",
      ...guards.atLevel("maintainer"),
      params: z.object({ ...named, id: parameter.id() }),
      answers: { 204: null },
      errors: [...refusals, "not_found"],
      handle: async ({ repository, params }) => {
        if (!enabled) throw errors.fail("cache_settings.cache_disabled");
        await db.transaction(async (tx) => {
          const row = await evictions.evict(tx, repository.id, params.id);
          if (!row) throw notFound("There is no such artifact");
          const subject = { type: "cache", id: row.id, name: row.name };
          await events.emit(tx, acted, { action: "cache.evicted", subject, repository: repository.name });
        });
      },
    }),
  ];
}
