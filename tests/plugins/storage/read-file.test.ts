import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdir, rm } from "node:fs/promises";
import fc from "fast-check";
import type { CommitTree, TreeEntry } from "../../../plugins/storage/commit-tree";
import type { SnapshotFile } from "../../../plugins/storage/read-file";
import { resolvePath, splitPath } from "../../../plugins/storage/resolve-path";
import { createWorld, type StorageWorld } from "./storage-world";

setDefaultTimeout(60_000);

const sources = ["the git cache", "the archive"] as const;

/** Stores what the source repository holds and says what reading from there finds. */
async function readFrom(world: StorageWorld, source: (typeof sources)[number], paths: string[], maxBytes = 1_000) {
  const sha = await world.source.commit("files");
  await world.snapshots.store(world.commit(sha));
  if (source === "the archive") await rm(world.cachePath, { recursive: true });
  const files = await Array.fromAsync(world.snapshots.eachFile({ repositoryId: 7, name: "widgets", sha, maxBytes }, paths));
  return Object.fromEntries(files.map(([path, file]) => [path, shown(file)]));
}

function shown(file: SnapshotFile): unknown {
  if (file.kind === "too_large") return { ...file, start: file.start.byteLength };
  if (file.kind !== "file") return file;
  const text = new TextDecoder().decode(file.bytes);
  return `${file.throughLink ? "through a link: " : ""}${text}`;
}

test.each(sources)("reads several files of a commit from %s", async (source) => {
  await using world = await createWorld();
  await world.source.write(".cocov.yaml", "version: 0.1alpha\n");
  await world.source.write("src/with space/ünï.ts", "x");
  await world.source.write("odd\nname", "newline");
  await world.source.write("back\\slash", "backslash");
  await world.source.write("empty", "");
  await world.source.write("g".repeat(200), "long");
  const paths = [".cocov.yaml", "src/with space/ünï.ts", "./src/./with space/ünï.ts", "odd\nname", "back\\slash", "empty"];
  expect(await readFrom(world, source, [...paths, "g".repeat(200), "absent", "src/absent"])).toEqual({
    ".cocov.yaml": "version: 0.1alpha\n",
    "src/with space/ünï.ts": "x",
    "./src/./with space/ünï.ts": "x",
    "odd\nname": "newline",
    "back\\slash": "backslash",
    empty: "",
    ["g".repeat(200)]: "long",
    absent: { kind: "missing" },
    "src/absent": { kind: "missing" },
  });
});

test.each(sources)("tells folders, files within files, large files and bytes that are no text apart in %s", async (source) => {
  await using world = await createWorld();
  await world.source.write("folder/file", "x");
  await world.source.write("exactly", "x".repeat(1_000));
  await world.source.write("large", "x".repeat(1_001));
  await world.source.write("binary", "a\0b");
  const paths = ["large", "folder", "folder/file", "folder/file/below", "binary", "exactly"];
  expect(await readFrom(world, source, paths)).toEqual({
    large: { kind: "too_large", size: 1_001, start: 1_000, throughLink: false },
    folder: { kind: "not_a_file", entry: "folder" },
    "folder/file": "x",
    "folder/file/below": { kind: "missing" },
    binary: "a\0b",
    exactly: "x".repeat(1_000),
  });
});

test.each(sources)("follows links inside the commit, never out of it, in %s", async (source) => {
  await using world = await createWorld();
  await world.source.write("folder/file", "x");
  await world.source.link("folder/sibling", "file");
  await world.source.link("folder/up", "../folder/./sibling");
  await world.source.link("to-folder", "folder");
  await world.source.link("absolute", "/etc/passwd");
  await world.source.link("outside", "../../../../../../etc/passwd");
  await world.source.link("folder/barely-outside", "../../widgets/folder/file");
  await world.source.link("etc", "/etc");
  await world.source.link("root", ".");
  await world.source.link("dangling", "nowhere");
  await world.source.link("circle", "circle");
  const paths = ["folder/up", "to-folder/file", "root/root/folder/file", "absolute", "outside", "folder/barely-outside"];
  const link = { kind: "not_a_file", entry: "link" };
  expect(await readFrom(world, source, [...paths, "etc/passwd", "root", "dangling", "circle", "circle/x"])).toEqual({
    "folder/up": "through a link: x",
    "to-folder/file": "through a link: x",
    "root/root/folder/file": "through a link: x",
    absolute: link,
    outside: link,
    "folder/barely-outside": link,
    "etc/passwd": link,
    root: { kind: "not_a_file", entry: "folder" },
    dangling: link,
    circle: link,
    "circle/x": link,
  });
});

test.each(sources)("finds nothing at hostile paths in %s", async (source) => {
  await using world = await createWorld();
  await world.source.write("file", "x");
  const hostile = ["", "/", "/etc/passwd", "/file", "../file", "a/../file", "file/", "a//b", ".", "file\0", "..", "..\\file"];
  const long = `${"a/".repeat(3_000)}file`;
  const found = await readFrom(world, source, [...hostile, long, "HEAD:file", "--help", ".git/config"]);
  for (const answer of Object.values(found)) expect(answer).toEqual({ kind: "missing" });
  expect(Object.keys(found)).toHaveLength(hostile.length + 4);
});

test.each(sources)("reads files as a checkout has them from %s: line ends, encodings, keywords", async (source) => {
  await using world = await createWorld();
  await world.source.write(".gitattributes", "[attr]windows eol=crlf\n*.bat windows\n");
  await world.source.write("sub/.gitattributes", "*.u16 working-tree-encoding=UTF-16LE\n*.id ident\n*.bat !eol\n");
  for (const path of ["run.bat", "sub/run.bat", "sub/deep/run.bat"]) await world.source.write(path, "one\ntwo\n");
  await world.source.write("sub/text.u16", Buffer.from("grün\n", "utf16le"));
  await world.source.write("sub/a -- b.id", "$Id$");
  await world.source.write("sub/*.id", "$Id$");
  await world.source.write("plain", "plain\n");
  await world.source.link("link.bat", "sub/../run.bat");
  const paths = [
    "run.bat",
    "sub/run.bat",
    "sub/deep/run.bat",
    "link.bat",
    "sub/text.u16",
    "sub/a -- b.id",
    "sub/*.id",
    "plain",
  ];
  expect(await readFrom(world, source, paths)).toEqual({
    "run.bat": "one\r\ntwo\r\n",
    "sub/run.bat": "one\ntwo\n",
    "sub/deep/run.bat": "one\ntwo\n",
    "link.bat": "through a link: one\r\ntwo\r\n",
    "sub/text.u16": "g\0r\0�\0n\0\n\0",
    "sub/a -- b.id": "$Id: b3f5ebfb5843bc43ceecff6d4f26bb37c615beb1 $",
    "sub/*.id": "$Id: b3f5ebfb5843bc43ceecff6d4f26bb37c615beb1 $",
    plain: "plain\n",
  });
});

test.each(sources)("judges a file's size after its conversion in %s", async (source) => {
  await using world = await createWorld();
  await world.source.write(".gitattributes", "*.txt eol=crlf\n");
  await world.source.write("grows.txt", "12\n".repeat(300));
  await world.source.write("fits.txt", "12\n".repeat(250));
  const found = await readFrom(world, source, ["grows.txt", "fits.txt"]);
  expect(found).toEqual({
    "grows.txt": { kind: "too_large", size: 1_200, start: 1_000, throughLink: false },
    "fits.txt": "12\r\n".repeat(250),
  });
});

test("reads from the archive what the cache would take too long to convert", async () => {
  await using world = await createWorld();
  await world.source.write(".gitattributes", "*.txt eol=crlf\n");
  await world.source.write("a.txt", "a\n");
  const sha = await world.source.commit("slow");
  await world.snapshots.store(world.commit(sha));
  await rm(`${world.cachePath}/7/sha1/info/attributes`);
  await mkdir(`${world.cachePath}/7/sha1/info/attributes`); // stands for whatever makes git fail
  const file = await world.snapshots.readFile({ repositoryId: 7, name: "widgets", sha, maxBytes: 10 }, "a.txt");
  expect(shown(file)).toBe("a\r\n");
});

test("reads on from the cache after a file that is too large", async () => {
  await using world = await createWorld();
  await world.source.write("a-large", "x".repeat(5_000_000));
  await world.source.write("b", "b");
  expect(await readFrom(world, "the git cache", ["a-large", "b"])).toEqual({
    "a-large": { kind: "too_large", size: 5_000_000, start: 1_000, throughLink: false },
    b: "b",
  });
});

test("reads from the archive when the cache is damaged", async () => {
  await using world = await createWorld();
  await world.source.write("file", "x");
  const sha = await world.source.commit("file");
  await world.snapshots.store(world.commit(sha));
  await rm(`${world.cachePath}/7/sha1/config`);
  await Bun.write(`${world.cachePath}/7/sha1/config`, "[broken");
  const file = await world.snapshots.readFile({ repositoryId: 7, name: "widgets", sha, maxBytes: 10 }, "file");
  expect(shown(file)).toBe("x");
  expect(world.logged.join()).toContain("couldn't be read");
});

test("finds nothing in a commit that isn't stored", async () => {
  await using world = await createWorld();
  const commit = { repositoryId: 7, name: "widgets", sha: "a".repeat(40), maxBytes: 10 };
  expect(await world.snapshots.readFile(commit, "file")).toEqual({ kind: "missing" });
});

/** A made-up commit: links at `link0`, `a/link1` and so on, lying to every direction. */
function hostileTree(targets: string[], asked: string[][]): CommitTree {
  const entryAt = (path: readonly string[]): TreeEntry => {
    const number = /^link(\d+)$/.exec(path.at(-1) ?? "")?.[1];
    return number !== undefined && Number(number) < targets.length ? { kind: "link", id: number } : { kind: "folder", id: "" };
  };
  return {
    async entry(path) {
      asked.push([...path]);
      return entryAt(path);
    },
    linkTarget: async (link) => targets[Number(link.id)] ?? "",
    contents: async function* () {},
    close: async () => {},
  };
}

test("asks only for names below the root, and comes to an end, whatever paths and links say", async () => {
  const name = fc.constantFrom("..", ".", "", "a", "b", "link0", "link1", "link2", "\\", "x y");
  const path = fc.array(name, { maxLength: 8 }).map((names) => names.join("/"));
  await fc.assert(
    fc.asyncProperty(path, fc.array(path, { maxLength: 3 }), async (given, targets) => {
      const names = splitPath(given);
      if (!names) return;
      const asked: string[][] = [];
      await resolvePath(hostileTree(targets, asked), names);
      for (const part of asked.flat()) expect(["", ".", ".."]).not.toContain(part);
    }),
  );
});
