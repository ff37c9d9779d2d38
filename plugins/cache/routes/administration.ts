import { z } from "zod";
import { type Database, type Events, notFound, parameter, type Route, route } from "../../../core";
import { type Auth, acted } from "../../auth";
import type { Entries } from "../entries";
import { errors } from "../errors";
import type { Evictions } from "../evictions";
import { administeredTools, presentEntry } from "../schemas";
import type { Tasks } from "../tasks";

interface Parts {
  db: Database;
  events: Events;
  auth: Auth;
  entries: Entries;
  evictions: Evictions;
  tasks: Tasks;
  /** Whether there is a Cache service. */
  enabled: boolean;
}

/** The tools that checks keep in the cache, for platform admins. */
export function administrationRoutes({ db, events, auth, entries, evictions, tasks, enabled }: Parts): Route[] {
  const base = "/v1/admin/tool_cache";
  const access = auth.admin;
  const refusals = ["cache_settings.cache_disabled"];
  return [
    route({
      method: "GET",
      path: base,
      summary: "List tools for admins",
      access,
      paginated: true,
      answers: { 200: administeredTools },
      handle: async ({ page }) => {
        if (!enabled) return { enabled };
        const { rows, total } = await entries.listUsed(db, "tools", page);
        return { enabled, artifacts: rows.map(presentEntry), paging: page.block(total) };
      },
    }),
    route({
      method: "DELETE",
      path: `${base}/:id`,
      summary: "Delete a tool",
      description: "It stays in the list until the Cache service has deleted its file.",
      access,
      params: z.object({ id: parameter.id() }),
      answers: { 204: null },
      errors: [...refusals, "not_found"],
      handle: async ({ params }) => {
        if (!enabled) throw errors.fail("cache_settings.cache_disabled");
        await db.transaction(async (tx) => {
          const row = await evictions.evict(tx, "tools", params.id);
          if (!row) throw notFound("There is no such tool");
          const subject = { type: "cache", id: row.id, name: row.name };
          await events.emit(tx, acted, { action: "cache.evicted", subject, repository: null });
        });
      },
    }),
    route({
      method: "POST",
      path: `${base}/purge`,
      summary: "Delete all tools",
      access,
      answers: { 204: null },
      errors: refusals,
      handle: async () => {
        if (!enabled) throw errors.fail("cache_settings.cache_disabled");
        await db.transaction(async (tx) => {
          await entries.removeWhere(tx, "tools");
          await tasks.purge(tx, "tools");
          const subject = { type: "cache", id: null, name: "tools" };
          await events.emit(tx, acted, { action: "cache.purged", subject, repository: null });
        });
      },
    }),
  ];
}
