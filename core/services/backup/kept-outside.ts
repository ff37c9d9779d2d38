import { slot } from "../../plugin/slot";
import type { Queryable } from "../database/types";

/** What is kept outside the database under one key. */
export interface KeptContent {
  /** Bytes. */
  readonly size: number;
  /** Of these bytes, 64 lower-case hex digits. */
  readonly sha256: string;
  /** The bytes, read while they are consumed. */
  open(): AsyncIterable<Uint8Array>;
}

/** What a backup has isn't what was stored: its bytes aren't those that its checksum is of. */
export class DamagedContent extends Error {
  override readonly name = "DamagedContent";
}

/** Something kept outside the database that rows in it tell of. */
export interface KeptOutside {
  /** Unique; a word for its folder in a backup: `storage`. */
  readonly name: string;
  /** In the plural, for operators: `archives of commits`. */
  readonly summary: string;
  /** Whether a backup has the contents unless it is told otherwise. If not, it lists them: something else keeps them safe. */
  readonly copied: boolean;
  /** What becomes of one that isn't there after a restore, for operators: `is fetched again when somebody needs it`. */
  readonly missing: string;
  /**
   * The keys of what belongs to the rows that `q` sees, from one statement after the other, so that memory doesn't grow with them. A
   * key is a relative path of at most 200 letters of ASCII.
   */
  list(q: Queryable): AsyncIterable<string>;
  /** @returns null when it is gone */
  find(key: string): Promise<KeptContent | null>;
  /**
   * Puts back what a backup has, as a whole or not at all. What is there already stays.
   * @throws DamagedContent when that can't be told any more; whatever else keeps it from being written ends the restore
   */
  put(key: string, content: KeptContent): Promise<void>;
}

/** Filled by whoever keeps something outside the database that belongs into a backup. */
export const keptOutside = slot.all<KeptOutside>("backup.kept_outside", { key: ({ name }) => name });
