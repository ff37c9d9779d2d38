import type { BackupEnd, BackupHead, BackupKeys } from "./contents";
import { endSchema, entryNames, headSchema, keysSchema } from "./contents";
import { readBackupFile } from "./read-file";
import { Refusal } from "./refusal";

/** A backup that has been read from its start to its end, and is whole. */
export interface CheckedBackup {
  readonly head: BackupHead;
  readonly end: BackupEnd;
  readonly keys: BackupKeys | undefined;
  readonly texts: ReadonlyMap<string, string>;
  /** Sentences about copied items whose bytes aren't those that they were when they were stored. */
  readonly damaged: number;
}

/** What can be wrong with the form of a file that isn't a backup, or of one of another time. */
function parsed<T>(path: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    throw new Refusal(
      `${path} isn't a backup that this version can read: its ${what} has another form. Restore it with the version that made it, or a newer one.`,
    );
  }
}

/**
 * Reads a whole backup and compares all of it with what it says of itself.
 * @param read told of the bytes of the file that have been read
 * @throws Refusal when it can't be read, is damaged, or ends before its end
 */
export async function checkBackupFile(
  path: string,
  read: (bytes: number) => void,
  signal: AbortSignal,
): Promise<CheckedBackup> {
  let head: BackupHead | undefined;
  let end: BackupEnd | undefined;
  let keys: BackupKeys | undefined;
  const texts = new Map<string, string>();
  const hashes = new Map<string, Bun.CryptoHasher>();
  let damaged = 0;
  for await (const entry of readBackupFile(path, read)) {
    signal.throwIfAborted();
    const [folder = "", name = ""] = entry.name.split("/");
    if (!head && entry.name !== entryNames.head)
      throw new Refusal(`${path} isn't a backup of the platform: it doesn't begin like one.`);
    if (entry.name === entryNames.head) {
      const text = await entry.text();
      head = parsed(path, "beginning", () => headSchema.parse(JSON.parse(text)));
    } else if (entry.name === entryNames.end) {
      const text = await entry.text();
      end = parsed(path, "end", () => endSchema.parse(JSON.parse(text)));
    } else if (entry.name === entryNames.keys) {
      const text = await entry.text();
      keys = parsed(path, "keys", () => keysSchema.parse(JSON.parse(text)));
    } else if (folder === "migrations") texts.set(entry.name.slice(folder.length + 1), await entry.text());
    else {
      const hash =
        folder === "database" ? (hashes.get(name) ?? new Bun.CryptoHasher("sha256")) : new Bun.CryptoHasher("sha256");
      for await (const piece of entry.body) hash.update(piece);
      if (folder === "database") hashes.set(name, hash);
      else if (entry.sha256 !== null && hash.digest("hex") !== entry.sha256) damaged++;
    }
  }
  if (!head) throw new Refusal(`${path} is empty: it isn't a backup.`);
  if (!end) throw new Refusal(`${path} ends before its end: the backup was broken off, or not copied as a whole.`);
  for (const { name } of head.tables) {
    const wanted = end.tables[name];
    const found = hashes.get(name) ?? new Bun.CryptoHasher("sha256");
    if (!wanted || found.digest("hex") !== wanted.sha256)
      throw new Refusal(`${path} is damaged: the rows of ${name} aren't those that were written.`);
  }
  for (const { plugin, name } of head.migrations) {
    if (!texts.has(`${plugin}/${name}`)) throw new Refusal(`${path} is damaged: it has no migration ${plugin}/${name}.`);
  }
  return { head, end, keys, texts, damaged };
}
