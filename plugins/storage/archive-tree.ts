import { pipeline, Readable } from "node:stream";
import { createZstdDecompress } from "node:zlib";
import type { CommitTree, TreeEntry } from "./commit-tree";
import { contentOf, pathOf, tarEntries } from "./tar-entries";

/**
 * The files of a commit in its archive, for when the cached repository is gone. Reads the archive from its start once for the
 * names and once for each request of contents, a piece at a time.
 *
 * @param open the compressed archive's bytes
 */
export async function openArchiveTree(open: () => ReadableStream<Uint8Array<ArrayBuffer>>): Promise<CommitTree> {
  const entries = new Map<string, TreeEntry>([["", { kind: "folder", id: "" }]]);
  const targets = new Map<string, string>();
  for await (const entry of tarEntries(decompress(open()))) {
    const { header, body } = entry;
    const path = pathOf(entry);
    entries.set(path, { kind: kindOf(header.type), id: path });
    if (header.linkname) targets.set(path, header.linkname);
    await body.cancel();
  }

  return {
    entry: async (path) => entries.get(path.join("/")),
    linkTarget: async (link) => targets.get(link.id) ?? "",
    async *contents(files, maxBytes) {
      const wanted = new Set(files.map((file) => file.id));
      if (wanted.size === 0) return;
      for await (const entry of tarEntries(decompress(open()))) {
        const path = pathOf(entry);
        if (!wanted.delete(path)) {
          await entry.body.cancel();
          continue;
        }
        yield [path, await contentOf(entry, maxBytes)];
        if (wanted.size === 0) return;
      }
    },
    close: async () => {},
  };
}

/** Zstandard as a web stream; `DecompressionStream` isn't typed for it. Cancelling it lets go of the source. */
function decompress(compressed: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const zstd = createZstdDecompress();
  // Whoever reads is told of a failure by the iterator below; once nobody reads on, there is nobody to tell.
  pipeline(Readable.from(compressed), zstd, () => {});
  const pieces: AsyncIterator<Uint8Array<ArrayBuffer>> = zstd[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => void zstd.destroy(),
  });
}

function kindOf(type: string | undefined): TreeEntry["kind"] {
  if (type === "directory") return "folder";
  return type === "symlink" ? "link" : "file";
}
