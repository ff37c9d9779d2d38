import type { CommitTree, TreeEntry } from "../commit-tree";
import { createObjectReader } from "./object-reader";
import { hasRepository } from "./repository";

/** Of one folder's listing and of a link's target. GitHub takes neither of this size. */
const maxTreeBytes = 64 * 1024 * 1024;
const maxLinkBytes = 64 * 1024;

/**
 * The files of a commit in a cached repository, as they are stored there: without the conversions of a checkout.
 * Paths are looked up in git's tree objects; git itself is asked for objects by their ids only.
 *
 * @param sha checked by the caller
 * @returns null when the cache doesn't have the commit
 */
export async function openGitTree(gitDir: string, sha: string): Promise<CommitTree | null> {
  if (!(await hasRepository(gitDir))) return null;
  const objects = createObjectReader(gitDir);
  const folders = new Map<string, Promise<Map<string, TreeEntry>>>();

  async function readFolder(object: string): Promise<Map<string, TreeEntry>> {
    const tree = await objects.read(object, maxTreeBytes);
    if (!tree || tree.bytes.byteLength < tree.size)
      throw new Error("A folder's listing can't be read from the cached repository");
    return parseTree(tree.bytes, sha.length / 2);
  }

  function listFolder(object: string): Promise<Map<string, TreeEntry>> {
    const listing = folders.get(object) ?? readFolder(object);
    folders.set(object, listing);
    return listing;
  }

  const root: TreeEntry = { kind: "folder", id: `${sha}^{tree}` };
  try {
    if (!(await objects.read(root.id, maxTreeBytes))) {
      await objects.close();
      return null;
    }
  } catch (error) {
    await objects.close();
    throw error;
  }

  return {
    async entry(path) {
      let entry: TreeEntry | undefined = root;
      for (const name of path) {
        if (entry?.kind !== "folder") return undefined;
        entry = (await listFolder(entry.id)).get(name);
      }
      return entry;
    },
    async linkTarget(link) {
      const target = await objects.read(link.id, maxLinkBytes);
      if (!target || target.bytes.byteLength < target.size) throw new Error("A link can't be read from the cached repository");
      return new TextDecoder().decode(target.bytes);
    },
    async *contents(files, maxBytes) {
      for (const id of new Set(files.map((file) => file.id))) {
        const content = await objects.read(id, maxBytes);
        if (!content) throw new Error("A file is missing from the cached repository");
        yield [id, content];
      }
    },
    close: objects.close,
  };
}

/**
 * git's tree object: entries of octal mode, space, name, NUL and the binary object id, without separators.
 * See https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
 */
function parseTree(bytes: Uint8Array, idBytes: number): Map<string, TreeEntry> {
  const decoder = new TextDecoder();
  const entries = new Map<string, TreeEntry>();
  for (let at = 0; at < bytes.byteLength; ) {
    const space = bytes.indexOf(32, at);
    const end = bytes.indexOf(0, space);
    if (space < 0 || end < 0) throw new Error("A tree object of the cached repository is damaged");
    const mode = Number.parseInt(decoder.decode(bytes.subarray(at, space)), 8);
    const name = decoder.decode(bytes.subarray(space + 1, end));
    at = end + 1 + idBytes;
    entries.set(name, { kind: kindOf(mode), id: Buffer.from(bytes.subarray(end + 1, at)).toString("hex") });
  }
  return entries;
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
