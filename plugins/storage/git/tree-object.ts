import type { TreeEntry } from "../commit-tree";

/** One entry of a folder's listing. */
export interface ListedEntry {
  readonly kind: TreeEntry["kind"];
  /** Object id in hex. */
  readonly object: string;
  /** Any bytes but NUL; a hostile repository's may hold slashes. */
  readonly name: Uint8Array;
}

/**
 * git's tree object: entries of octal mode, space, name, NUL and the binary object id, without separators.
 * See https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
 *
 * @param idBytes of one object id: 20, or 32 with SHA-256
 * @throws when it isn't one
 */
export function* listTree(bytes: Uint8Array, idBytes: number): Generator<ListedEntry> {
  for (let at = 0; at < bytes.byteLength; ) {
    const space = bytes.indexOf(32, at);
    const end = bytes.indexOf(0, space);
    const next = end + 1 + idBytes;
    if (space < 0 || end < 0 || next > bytes.byteLength) throw new Error("A tree object of the cached repository is damaged");
    yield {
      kind: kindOf(readMode(bytes, at, space)),
      object: bytes.subarray(end + 1, next).toHex(),
      name: bytes.subarray(space + 1, end),
    };
    at = next;
  }
}

/** Octal digits as a number. */
function readMode(bytes: Uint8Array, from: number, to: number): number {
  let mode = 0;
  for (let at = from; at < to; at++) mode = mode * 8 + ((bytes[at] ?? 0) - 48);
  return mode;
}

function kindOf(mode: number): TreeEntry["kind"] {
  switch (mode >> 12) {
    case 0o04:
      return "folder";
    case 0o12:
      return "link";
    case 0o16:
      return "submodule";
    default:
      return "file";
  }
}
