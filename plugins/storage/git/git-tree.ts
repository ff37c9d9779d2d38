import type { CommitTree, TreeEntry } from "../commit-tree";
import { mayBeConverted } from "./attributes";
import { readConverted } from "./converted-files";
import { createObjectReader } from "./object-reader";
import { hasRepository } from "./repository";
import { listTree } from "./tree-object";

/** Of one folder's listing and of a link's target. GitHub takes neither of this size. */
const maxTreeBytes = 64 * 1024 * 1024;
const maxLinkBytes = 64 * 1024;

/** Of a `.gitattributes` that is looked into here; a larger one is left to git. */
const maxAttributesBytes = 1024 * 1024;

const readMs = 60_000;

/**
 * The files of a commit in a cached repository, as a checkout has them. Paths are looked up in git's tree objects; git itself is
 * asked for objects by their ids, and for files by paths of the commit where attributes may change them on the way out.
 *
 * @param sha checked by the caller
 * @returns null when the cache doesn't have the commit
 */
export async function openGitTree(gitDir: string, sha: string): Promise<CommitTree | null> {
  if (!(await hasRepository(gitDir))) return null;
  const objects = createObjectReader(gitDir, readMs);
  const folders = new Map<string, Promise<Map<string, TreeEntry>>>();

  async function readFolder(object: string): Promise<Map<string, TreeEntry>> {
    const tree = await objects.read(object, maxTreeBytes);
    if (!tree || tree.bytes.byteLength < tree.size) {
      throw new Error("A folder's listing can't be read from the cached repository");
    }
    const decoder = new TextDecoder();
    const entries = [...listTree(tree.bytes, sha.length / 2)];
    return new Map(entries.map(({ kind, object: id, name }) => [decoder.decode(name), { kind, id }]));
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

  async function find(path: readonly string[]): Promise<TreeEntry | undefined> {
    let entry: TreeEntry | undefined = root;
    for (const name of path) {
      if (entry?.kind !== "folder") return undefined;
      entry = (await listFolder(entry.id)).get(name);
    }
    return entry;
  }

  /** A folder's own attributes, or undefined; null when there are more than is looked into. */
  async function attributesIn(folder: readonly string[]): Promise<string | undefined | null> {
    const entry = await find([...folder, ".gitattributes"]);
    if (entry?.kind !== "file" && entry?.kind !== "link") return undefined;
    const content = await objects.read(entry.id, maxAttributesBytes);
    if (!content) throw new Error("A file is missing from the cached repository");
    return content.bytes.byteLength < content.size ? null : new TextDecoder("latin1").decode(content.bytes);
  }

  const converted = mayBeConverted(attributesIn);

  return {
    async entry(path) {
      const entry = await find(path);
      return entry && { kind: entry.kind, id: `${entry.id}:${path.join("/")}` };
    },
    async linkTarget(link) {
      const target = await objects.read(placeOf(link.id).object, maxLinkBytes);
      if (!target || target.bytes.byteLength < target.size) throw new Error("A link can't be read from the cached repository");
      return new TextDecoder().decode(target.bytes);
    },
    async *contents(files, maxBytes) {
      const toConvert = new Map<string, string>();
      for (const id of new Set(files.map((file) => file.id))) {
        const { object, path } = placeOf(id);
        if (await converted(path.split("/"))) {
          toConvert.set(path, id);
          continue;
        }
        const content = await objects.read(object, maxBytes);
        if (!content) throw new Error("A file is missing from the cached repository");
        yield [id, content];
      }
      for await (const [path, content] of readConverted(gitDir, sha, [...toConvert.keys()], maxBytes)) {
        yield [toConvert.get(path) ?? path, content];
      }
    },
    close: objects.close,
  };
}

/** An entry's id is its object's, a colon, and its path: what a file is like in a checkout depends on both. */
function placeOf(id: string): { object: string; path: string } {
  const colon = id.indexOf(":");
  return { object: id.slice(0, colon), path: id.slice(colon + 1) };
}
