import { compose, Readable } from "node:stream";
import { createZstdDecompress } from "node:zlib";
import { createTarDecoder, type ParsedTarEntry } from "modern-tar";
import type { CommitTree, TreeEntry } from "./commit-tree";

/**
 * The files of a commit in its archive, for when the cached repository is gone. Reads the archive from its start once for the
 * names and once for each request of contents, a piece at a time.
 *
 * @param open the compressed archive's bytes
 */
export async function openArchiveTree(open: () => ReadableStream<Uint8Array<ArrayBuffer>>): Promise<CommitTree> {
  const entries = new Map<string, TreeEntry>([["", { kind: "folder", id: "" }]]);
  const targets = new Map<string, string>();
  for await (const { header, body } of entriesOf(open())) {
    const path = withoutTopFolder(header.name);
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
      for await (const { header, body } of entriesOf(open())) {
        const path = withoutTopFolder(header.name);
        if (!wanted.delete(path)) {
          await body.cancel();
          continue;
        }
        yield [path, { bytes: await startOf(body, Math.min(header.size, maxBytes)), size: header.size }];
        if (wanted.size === 0) return;
      }
    },
    close: async () => {},
  };
}

function entriesOf(compressed: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncIterable<ParsedTarEntry> {
  return decompress(compressed).pipeThrough(createTarDecoder({ strict: true }));
}

/** Reads that many bytes and lets go of the rest. */
async function startOf(body: ReadableStream<Uint8Array>, count: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(count);
  const reader = body.getReader();
  for (let filled = 0; filled < count; ) {
    const { done, value } = await reader.read();
    if (done) throw new Error("The archive ends in the middle of a file");
    const piece = value.subarray(0, count - filled);
    bytes.set(piece, filled);
    filled += piece.byteLength;
  }
  await reader.cancel();
  return bytes;
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
