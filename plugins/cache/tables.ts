import { integer, pgTable, text } from "drizzle-orm/pg-core";
import { column } from "../../core";

const { id, int8, moment, timestamps } = column;

/** What the Cache service keeps: artifacts of repositories, and tools, which belong to none. */
export const cacheEntries = pgTable("cache_entries", {
  id: id(),
  repositoryId: int8("repository_id"),
  name: text("name").notNull(),
  nameHash: text("name_hash").notNull(),
  engine: text("engine").notNull(),
  mime: text("mime").notNull(),
  size: int8("size").notNull(),
  lastUsedAt: moment("last_used_at"),
  evictionAskedAt: moment("eviction_asked_at"),
  evictionsAsked: integer("evictions_asked").notNull().default(0),
  ...timestamps(),
});
