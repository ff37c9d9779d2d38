import { z } from "zod";

/** What a backup begins with: what it is of, and what it needs to be restored. */
export const headSchema = z.object({
  format: z.literal(1),
  /** Version of the platform that made it. */
  platform: z.string(),
  madeAt: z.iso.datetime(),
  /** Version of the database's server. */
  server: z.string(),
  /** In the order in which they are applied. */
  migrations: z.array(z.object({ plugin: z.string(), name: z.string(), checksum: z.string() })),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()) })),
  /** Keys that values are encrypted under, by what they are told apart by; with a value of each, to see whether one has it. */
  keys: z.array(
    z.object({ id: z.string(), values: z.int(), canary: z.object({ context: z.string(), value: z.base64() }).nullable() }),
  ),
  hasKeys: z.boolean(),
  outside: z.array(z.object({ name: z.string(), copied: z.boolean() })),
});

/** What a backup ends with. Without it, it isn't complete. */
export const endSchema = z.object({
  tables: z.record(z.string(), z.object({ rows: z.int(), sha256: z.string() })),
  sequences: z.array(z.object({ name: z.string(), last: z.string(), called: z.boolean() })),
  outside: z.record(
    z.string(),
    z.object({ items: z.int(), bytes: z.int(), gone: z.int(), damaged: z.int(), examples: z.array(z.string()) }),
  ),
});

/** The cryptographic keys, when they were asked for. */
export const keysSchema = z.object({ current: z.string(), previous: z.array(z.string()) });

export type BackupHead = z.output<typeof headSchema>;
export type BackupEnd = z.output<typeof endSchema>;
export type BackupKeys = z.output<typeof keysSchema>;

/** Names of a backup's entries. */
export const entryNames = {
  head: "backup.json",
  migration: (plugin: string, name: string) => `migrations/${plugin}/${name}`,
  /** @param part from 1 */
  table: (table: string, part: number) => `database/${table}/${String(part).padStart(8, "0")}`,
  keys: "cryptographic-keys.json",
  copied: (name: string, key: string) => `outside/${name}/${key}`,
  listed: (name: string, part: number) => `listed/${name}/${String(part).padStart(8, "0")}`,
  end: "end.json",
} as const;

/** The attribute of a copied entry that carries its checksum. */
export const checksumAttribute = "COCOV.sha256";
