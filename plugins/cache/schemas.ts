import { z } from "zod";
import { paging, timeSeconds } from "../../core";
import { repositoryJson } from "../repositories";
import type { EntryRow } from "./entries";

const time = z.string().meta({ example: "2023-03-24T10:00:00Z" });
const size = z.int().meta({ description: "Bytes", example: 1024 });

const shown = {
  id: z.int().meta({ description: "Names its file in the Cache service", example: 11 }),
  name: z.string().meta({ example: "node_modules.tar" }),
};

export const entryJson = z
  .object({
    ...shown,
    name_hash: z.string().meta({ example: "0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33" }),
    size,
    engine: z.string().meta({ description: "Where the Cache service keeps it", example: "local" }),
    mime: z.string().meta({ example: "application/octet-stream" }),
    created_at: time,
    last_used_at: time.meta({ description: "When it was made, where it was never used" }),
  })
  .meta({ id: "CacheEntry" });

const list = { artifacts: z.array(entryJson), paging };
export const toolList = z.object(list);
export const artifactList = z.object({ repository: repositoryJson, ...list });

export const administeredTools = z.union([
  z.object({ enabled: z.literal(false) }),
  z.object({ enabled: z.literal(true), ...list }),
]);

const settingsEntry = z.object({ ...shown, size, created_at: time, last_used_at: time }).meta({ id: "CachedArtifact" });

export const cacheSettings = z.union([
  z.object({ repository: repositoryJson, enabled: z.literal(false) }),
  z.object({
    repository: repositoryJson,
    enabled: z.literal(true),
    storage_used: size,
    storage_limit: size.meta({ description: "Bytes; 0: no limit", example: 1_048_576 }),
    artifacts: z.array(settingsEntry),
    paging,
  }),
]);

const times = ({ createdAt, lastUsedAt }: EntryRow) => ({
  created_at: timeSeconds(createdAt),
  // The Cache service reads nothing but times here.
  last_used_at: timeSeconds(lastUsedAt ?? createdAt),
});

export function presentEntry(row: EntryRow): z.input<typeof entryJson> {
  const { id, name, nameHash, size, engine, mime } = row;
  return { id, name, name_hash: nameHash, size, engine, mime, ...times(row) };
}

export function presentForSettings(row: EntryRow): z.input<typeof settingsEntry> {
  const { id, name, size } = row;
  return { id, name, size, ...times(row) };
}
