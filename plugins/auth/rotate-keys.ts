import {
  type Cipher,
  type Database,
  defineCommand,
  type EncryptedColumn,
  type Events,
  type ProgressBar,
  progressBar,
  type RotatedColumn,
  rotateColumn,
} from "../../core";
import { acted } from "./events";

interface Parts {
  db: Database;
  events: Events;
  cipher: Cipher;
  /** Of all plugins, those that are off as well: their values stay. */
  columns: () => readonly EncryptedColumn[];
}

/** Encrypts anew what is under another key than the current one. */
export function rotateKeys(parts: Parts) {
  const { db, events, cipher } = parts;
  return defineCommand({
    name: "rotate-keys",
    summary: "Encrypts under the current key whatever is under a previous one",
    description: `Put the new key into COCOV_CRYPTOGRAPHIC_KEY and the old one into COCOV_CRYPTOGRAPHIC_PREVIOUS_KEYS, restart every process, and
run this. It works while the platform does, can be broken off and run again, and says in the end which previous keys nothing needs any more. Exit
code 1: it was broken off, or some values can't be read under any of the keys.`,
    async run({ progress, signal }) {
      const bar = progressBar(progress);
      const { done, brokenOff } = await rotateAll(parts, bar, signal);
      bar.clear();
      const [current, ...previous] = cipher.keyIds;
      // Also for a run that found nothing to do: one before it may have been killed.
      const subject = { type: "key", id: current, name: `key ${current}` };
      await db.transaction((tx) => events.emit(tx, acted, { action: "keys.rotated", subject, repository: null }));
      const isNeeded = (key: string) => brokenOff || done.some(({ keys }) => (keys[key] ?? 0) > 0 || (keys.unknown ?? 0) > 0);
      const ofPrevious = previous.map((key) => ({ key, needed: isNeeded(key) }));
      const last = brokenOff ? ["Broken off. What is done stays done; run it again to go on."] : ofPrevious.map(aboutPrevious);
      const unreadable = done.some((column) => column.unreadable > 0);
      return {
        text: [...done.map(inWords), ...last].join("\n"),
        json: { current, previous: ofPrevious, brokenOff, columns: done },
        exitCode: brokenOff || unreadable ? 1 : 0,
      };
    },
  });
}

interface Rotation {
  readonly done: readonly RotatedColumn[];
  readonly brokenOff: boolean;
}

/** Goes through those columns whose tables there are: a plugin that is off may never have been on. */
async function rotateAll({ db, cipher, columns }: Parts, bar: ProgressBar, signal: AbortSignal): Promise<Rotation> {
  const done: RotatedColumn[] = [];
  try {
    for (const column of columns()) {
      if (!(await isThere(db, column))) continue;
      const progress = (count: number, total: number) => bar.show(`${column.table}.${column.column}`, count, total);
      done.push(await rotateColumn({ db, cipher }, column, { signal, progress }));
    }
    return { done, brokenOff: false };
  } catch (error) {
    if (signal.aborted) return { done, brokenOff: true };
    throw error;
  }
}

function inWords({ table, column, rotated, unreadable, keys }: RotatedColumn): string {
  const all = Object.values(keys).reduce((sum, count) => sum + count, 0);
  const rest = unreadable === 0 ? "" : `; ${unreadable} can't be read under any of the keys and stay as they are`;
  return `${table}.${column}: ${rotated} of ${all} values encrypted anew${rest}`;
}

const aboutPrevious = ({ key, needed }: { key: string; needed: boolean }): string =>
  needed
    ? `The previous key ${key} is still needed.`
    : `Nothing needs the previous key ${key} any more: it can be taken out of COCOV_CRYPTOGRAPHIC_PREVIOUS_KEYS.`;

async function isThere({ sql }: Database, { table, column }: EncryptedColumn): Promise<boolean> {
  const found = await sql`
    SELECT FROM pg_attribute WHERE attrelid = to_regclass(${table}) AND attname = ${column} AND NOT attisdropped`;
  return found.length > 0;
}
