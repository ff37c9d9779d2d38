import {
  type Cipher,
  type Database,
  defineCommand,
  type EncryptedColumn,
  type Events,
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

/** Milliseconds between two lines of progress. */
const telling = 500;

/** Encrypts anew what is under another key than the current one. */
export const rotateKeys = ({ db, events, cipher, columns }: Parts) =>
  defineCommand({
    name: "rotate-keys",
    summary: "Encrypts under the current key whatever is under a previous one",
    description: `Put the new key into COCOV_CRYPTOGRAPHIC_KEY and the old one into COCOV_CRYPTOGRAPHIC_PREVIOUS_KEYS, restart every process, and
run this. It works while the platform does, can be broken off and run again, and says in the end which previous keys nothing needs any more. Exit
code 1: some values can't be read under any of the keys.`,
    async run({ progress, signal }) {
      const done: RotatedColumn[] = [];
      for (const column of columns()) {
        if (!(await isThere(db, column))) continue;
        let told = Date.now();
        const tell = (count: number) => {
          if (Date.now() - told < telling) return;
          told = Date.now();
          progress(`${column.table}.${column.column}: ${count} values`);
        };
        done.push(await rotateColumn({ db, cipher }, column, { signal, progress: tell }));
      }
      const [current, ...previous] = cipher.keyIds;
      const isNeeded = (key: string) =>
        done.some(({ keys, unreadable }) => (keys[key] ?? 0) > 0 || (unreadable > 0 && keys.unknown));
      const unneeded = previous.filter((key) => !isNeeded(key));
      const rotated = done.reduce((sum, column) => sum + column.rotated, 0);
      if (rotated > 0)
        await db.transaction((tx) =>
          events.emit(tx, acted, {
            action: "keys.rotated",
            subject: { type: "key", id: current, name: `key ${current}` },
            repository: null,
          }),
        );
      const unreadable = done.reduce((sum, column) => sum + column.unreadable, 0);
      return {
        text: [...done.map(inWords), ...previous.map((key) => ofPrevious(key, unneeded.includes(key)))].join("\n"),
        json: { current, previous: previous.map((key) => ({ key, needed: !unneeded.includes(key) })), columns: done },
        exitCode: unreadable === 0 ? 0 : 1,
      };
    },
  });

function inWords({ table, column, rotated, unreadable, keys }: RotatedColumn): string {
  const all = Object.values(keys).reduce((sum, count) => sum + count, 0);
  const rest = unreadable === 0 ? "" : `; ${unreadable} can't be read under any of the keys and stay as they are`;
  return `${table}.${column}: ${rotated} of ${all} values encrypted anew${rest}`;
}

const ofPrevious = (key: string, unneeded: boolean): string =>
  unneeded
    ? `Nothing needs the previous key ${key} any more: it can be taken out of COCOV_CRYPTOGRAPHIC_PREVIOUS_KEYS.`
    : `The previous key ${key} is still needed.`;

async function isThere({ sql }: Database, { table }: EncryptedColumn): Promise<boolean> {
  const [found] = await sql<{ there: boolean }[]>`SELECT to_regclass(${table}) IS NOT NULL AS there`;
  return found?.there ?? false;
}
