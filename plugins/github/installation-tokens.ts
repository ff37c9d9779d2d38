import { eq } from "drizzle-orm";
import { type Cipher, CipherError, type Database, type Given, type Logger, preparedRead } from "../../core";
import { installationToken } from "./encrypted";
import { installationTokens } from "./tables";

/** Where `@octokit/auth-app` keeps installation tokens. Values are its own text: `token|created at|expires at|…`. */
export interface SharedTokens {
  /** @returns the value; empty when there is none that lasts for a while */
  get(key: string): Promise<string>;
  set(key: string, value: string): Promise<void>;
  /** Drops what GitHub no longer accepts. A new token stays: GitHub doesn't accept it everywhere yet. */
  forget(): Promise<void>;
}

/** Renewed so long before the end that no call, nor a long fetch begun with it, meets an expired one. In milliseconds. */
const margin = 5 * 60_000;

/** So old a token is at least before a refusal says anything against it. In milliseconds. */
const settled = 10_000;

/**
 * Keeps installation tokens in the database, encrypted, so that all processes share them; and the current one in memory.
 * @param options.scope tells Apps and GitHub servers apart
 */
export function sharedTokens({
  db,
  cipher,
  log,
  scope,
}: {
  db: Database;
  cipher: Cipher;
  log: Logger;
  scope: string;
}): SharedTokens {
  const held = new Map<string, string>();
  const rowKey = (key: string) => `${scope}|${key}`;
  const context = (key: string) => installationToken.context({ key: rowKey(key) });

  const read = async (key: string): Promise<string> => {
    const [row] = await tokenOf(db, { key: rowKey(key) });
    if (!row) return "";
    try {
      return cipher.decrypt(row.token, context(key));
    } catch (error) {
      if (!(error instanceof CipherError)) throw error;
      log.info({ reason: error.message }, "the stored installation token can't be read: another one is fetched");
      return "";
    }
  };

  return {
    async get(key) {
      const inMemory = held.get(key) ?? "";
      if (lasts(inMemory)) return inMemory;
      const stored = await read(key);
      if (!lasts(stored)) return "";
      held.set(key, stored);
      return stored;
    },
    async set(key, value) {
      held.set(key, value);
      await db.sql`
        INSERT INTO github_installation_tokens (key, token, expires_at)
        VALUES (${rowKey(key)}, ${cipher.encrypt(value, context(key))}, ${new Date(expiry(value))})
        ON CONFLICT (key) DO UPDATE SET token = excluded.token, expires_at = excluded.expires_at, updated_at = now()`;
    },
    async forget() {
      const refused = [...held].filter(([, value]) => createdAt(value) + settled <= Date.now()).map(([key]) => key);
      for (const key of refused) held.delete(key);
      await db.sql`DELETE FROM github_installation_tokens WHERE key = ANY(${refused.map(rowKey)})`;
    },
  };
}

const tokenOf = preparedRead((orm, { key }: Given<{ key: string }>) =>
  orm.select({ token: installationTokens.token }).from(installationTokens).where(eq(installationTokens.key, key)),
);

const lasts = (value: string): boolean => value !== "" && expiry(value) - margin > Date.now();

/** @returns milliseconds since 1970; now when the value has no readable one */
function expiry(value: string): number {
  const time = Date.parse(value.split("|")[2] ?? "");
  return Number.isNaN(time) ? Date.now() : time;
}

/** @returns milliseconds since 1970; 0 when the value has no readable one */
function createdAt(value: string): number {
  const time = Date.parse(value.split("|")[1] ?? "");
  return Number.isNaN(time) ? 0 : time;
}
