import type { FileLines } from "./file-lines";

/** Which file: content at a commit never changes, so an entry never goes stale. */
export interface HighlightKey {
  readonly repositoryId: number;
  /** Commit SHA, hex. */
  readonly sha: string;
  readonly path: string;
}

/** Lines of highlighted files kept for the next reader. It may forget any of them at any time. */
export interface HighlightCache {
  get(key: HighlightKey): FileLines | undefined;
  /** Keeps the file, unless it alone is larger than the cache. */
  set(key: HighlightKey, file: FileLines): void;
  /** Estimated memory in use. */
  readonly bytes: number;
}

interface Entry {
  readonly file: FileLines;
  readonly bytes: number;
}

/**
 * Keeps lines of the most recently used files in memory. It holds files only, never what issues say about them.
 *
 * @param maxBytes memory the entries may take together, estimated from above
 */
export function createHighlightCache(maxBytes: number): HighlightCache {
  // A Map iterates in insertion order; reading re-inserts, so the first entry is the one unused for longest.
  const entries = new Map<string, Entry>();
  let used = 0;

  function remove(id: string): Entry | undefined {
    const entry = entries.get(id);
    if (entry !== undefined) {
      entries.delete(id);
      used -= entry.bytes;
    }
    return entry;
  }

  function insert(id: string, entry: Entry): void {
    entries.set(id, entry);
    used += entry.bytes;
  }

  return {
    get(key) {
      const id = idOf(key);
      const entry = remove(id);
      if (entry === undefined) return undefined;
      insert(id, entry);
      return entry.file;
    },
    set(key, file) {
      const id = idOf(key);
      remove(id);
      const entry = { file, bytes: sizeOf(id, file) };
      if (entry.bytes > maxBytes) return;
      insert(id, entry);
      for (const oldest of entries.keys()) {
        if (used <= maxBytes) break;
        remove(oldest);
      }
    },
    get bytes() {
      return used;
    },
  };
}

function idOf(key: HighlightKey): string {
  return `${key.repositoryId}:${key.sha}:${key.path}`;
}

/** Two bytes a UTF-16 unit, and 192 for a line's object, strings and slot in the map. */
function sizeOf(id: string, file: FileLines): number {
  let bytes = 2 * id.length + 256;
  for (const { html, padding } of file.lines.values()) bytes += 2 * (html.length + padding.length) + 192;
  return bytes;
}
