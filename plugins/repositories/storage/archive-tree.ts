import { compose, Readable } from "node:stream";
import { createZstdDecompress } from "node:zlib";
import { createTarDecoder, type ParsedTarEntry } from "modern-tar";
import type { CommitTree, Content, TreeEntry } from "./commit-tree";

/**
 * The files of a commit in its archive, for when the cached repository is gone. Reads the archive from its start once for the
 * names and once for each request of contents, a piece at a time.
 *
 * @param open the compressed archive's bytes
 */
export async function openArchiveTree(open: () => ReadableStream<Uint8Array<ArrayBuffer>>): Promise<CommitTree> {
  const entries = new Map<string, TreeEntry>([["", { kind: "folder", id: "" }]]);
  const targets = new Map<string, string>();
  await eachEntry(open(), async ({ header, body }) => {
    const path = withoutTopFolder(header.name);
    entries.set(path, { kind: kindOf(header.type), id: path });
    if (header.linkname) targets.set(path, header.linkname);
    await body.cancel();
    return "go on";
  });

  return {
    entry: async (path) => entries.get(path.join("/")),
    linkTarget: async (link) => targets.get(link.id) ?? "",
    async contents(files, maxBytes) {
      const wanted = new Set(files.map((file) => file.id));
      const contents = new Map<string, Content>();
      if (wanted.size === 0) return contents;
      await eachEntry(open(), async ({ header, body }) => {
        const path = withoutTopFolder(header.name);
        if (!wanted.has(path)) {
          await body.cancel();
        } else if (header.size > maxBytes) {
          contents.set(path, { size: header.size });
          await body.cancel();
        } else {
          contents.set(path, { bytes: await new Response(body).bytes() });
        }
        return contents.size === wanted.size ? "enough" : "go on";
      });
      return contents;
    },
    close: async () => {},
  };
}

async function eachEntry(
  compressed: ReadableStream<Uint8Array<ArrayBuffer>>,
  visit: (entry: ParsedTarEntry) => Promise<"go on" | "enough">,
): Promise<void> {
  const tar = decompress(compressed).pipeThrough(createTarDecoder({ strict: true }));
  for await (const entry of tar) {
    if ((await visit(entry)) === "enough") return;
  }
}

/** Zstandard as a web stream; `DecompressionStream` isn't typed for it. Cancelling it lets go of the source. */
function decompress(compressed: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const zstd = compose(Readable.from(compressed), createZstdDecompress());
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

/** `<commit>/a/b` and `<commit>/a/` are `a/b` and `a`. */
function withoutTopFolder(name: string): string {
  const start = name.indexOf("/") + 1;
  return name.slice(start, name.endsWith("/") ? -1 : undefined);
}

function kindOf(type: string | undefined): TreeEntry["kind"] {
  if (type === "directory") return "folder";
  return type === "symlink" ? "link" : "file";
}
