import { z } from "zod";
import { type Database, type Events, paging, parameter, type Route, route, timeSeconds } from "../../core";
import { type Auth, acted } from "../auth";
import type { PickedCommit, StorageLimits, StoredCommits } from "../repositories";

interface Parts {
  db: Database;
  events: Events;
  auth: Auth;
  stored: StoredCommits;
  limits: StorageLimits;
}

/** Commits that are listed as those that go next. */
const shown = 25;
/** Commits that one request has evicted. */
const mostAtOnce = 1000;

const bytes = z.int().meta({ description: "Bytes", example: 1_048_576 });
const limit = bytes.nullable().meta({ description: "null: no limit" });
const pickedJson = z
  .object({
    repository: z.string().meta({ example: "api" }),
    sha: z.string().meta({ example: "1a31e74545fa2223e5c1a0b79c8ea4cf817422d2" }),
    size: bytes,
    stored_at: z.string().meta({ example: "2026-11-25T10:00:00Z" }),
    reason: z.enum(["retention", "repository", "total"]).meta({ description: "The limit that wants it to go" }),
  })
  .meta({ id: "EvictedCommit" });
const usageJson = z.object({
  used: bytes,
  limit,
  repository_limit: limit,
  retention_days: z.int().nullable(),
  cache_used: bytes.meta({
    description: "Bytes of what checks of all repositories keep in the cache; these limits aren't about them",
  }),
  repositories: z.array(
    z.object({
      id: z.int(),
      name: z.string().meta({ example: "api" }),
      used: bytes,
      cache_used: bytes,
      stored_commits: z.int(),
      next_sha: z.string().nullable().meta({ description: "The commit of it that would go first; null when none could" }),
    }),
  ),
  next: z.array(pickedJson).meta({ description: "What the limits want to go now, in that order, at most 25" }),
  paging,
});

/** What commits' files take in storage, for admins. */
export function storageRoutes({ db, events, auth, stored, limits }: Parts): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/admin/storage",
      summary: "Show what commits take in storage",
      description:
        "Repositories that take most come first. Heads of branches and commits whose checks run are never evicted, so that a limit may not be kept.",
      access: auth.admin,
      paginated: true,
      answers: { 200: usageJson },
      handle: async ({ page }) => {
        const [{ rows, total, used, cacheUsed }, next] = await Promise.all([
          stored.usage(db, page, limits),
          stored.pick(db, limits, shown),
        ]);
        return {
          used,
          limit: limits.totalBytes || null,
          repository_limit: limits.repositoryBytes || null,
          retention_days: limits.retentionDays || null,
          cache_used: cacheUsed,
          repositories: rows.map(({ id, name, used, cacheUsed, storedCommits, nextSha }) => ({
            id,
            name,
            used,
            cache_used: cacheUsed,
            stored_commits: storedCommits,
            next_sha: nextSha,
          })),
          next: next.map(present),
          paging: page.block(total),
        };
      },
    }),
    route({
      method: "POST",
      path: "/v1/admin/storage/evict",
      summary: "Evict what is beyond the limits",
      description:
        "At once instead of with the next periodic look, at most 1,000 commits at a time. With `dry_run` nothing is done. What is known of the commits stays; their files come back when they are needed.",
      access: auth.admin,
      params: z.object({
        dry_run: parameter.flag().meta({ description: "Only tell what would go; off unless given." }).optional(),
      }),
      answers: { 200: z.object({ dry_run: z.boolean(), size: bytes, commits: z.array(pickedJson) }) },
      handle: async ({ params: { dry_run = false } }) => {
        const picked = await stored.pick(db, limits, mostAtOnce);
        if (!dry_run)
          await db.transaction(async (tx) => {
            await stored.evict(tx, picked);
            const subject = { type: "storage", id: null, name: "commits" };
            await events.emit(tx, acted, { action: "storage.evicted", subject, repository: null });
          });
        return { dry_run, size: picked.reduce((sum, { size }) => sum + size, 0), commits: picked.map(present) };
      },
    }),
  ];
}

const present = ({ repository, sha, size, storedAt, reason }: PickedCommit): z.input<typeof pickedJson> => ({
  repository,
  sha,
  size,
  stored_at: timeSeconds(storedAt),
  reason,
});
