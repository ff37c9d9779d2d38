import { expect, setDefaultTimeout, test } from "bun:test";
import { chmod, chown, lstat, mkdir, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { debianProgram } from "../../../testing/debian-program";
import { hostileObjects } from "./hostile-source";
import { run } from "./source-repository";
import { createWorld, type StorageWorld } from "./storage-world";

setDefaultTimeout(60_000);

/** Path -> what is there: kind and SHA-256 of files, targets of links, folders. Leaves out `.git`. */
async function inventory(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of await readdir(root, { recursive: true })) {
    if (name === ".git" || name.startsWith(".git/")) continue;
    const path = join(root, name);
    const entry = await lstat(path);
    if (entry.isSymbolicLink()) found[name] = `link to ${await readlink(path)}`;
    else if (entry.isDirectory()) found[name] = "folder";
    else found[name] = `${entry.mode & 0o100 ? "executable" : "plain"} ${Bun.SHA256.hash(await Bun.file(path).bytes(), "hex")}`;
  }
  return found;
}

/** BusyBox isn't made for other systems; there the system's own tar stands for it. */
const busybox = process.platform === "linux" ? (await debianProgram("busybox")).path : null;
const programs = await Promise.all(["zstd", "shasum"].map((name) => debianProgram(name, name === "shasum" ? "perl" : name)));
const [zstd, shasum] = programs.map(({ path }) => path);

/** Somebody without privileges, where the tests themselves have some. */
const asNobody = process.getuid?.() === 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];

/** Unpacks a stored commit as Workers do, step by step, with the programs that they have. @returns the folder */
async function unpack(world: StorageWorld, sha: string, tar: readonly string[] = busybox ? [busybox, "tar"] : ["tar"]) {
  const stored = await world.snapshots.locate("widgets", sha);
  if (!stored) throw new Error("nothing is stored");
  const folder = join(world.root, "unpacked", crypto.randomUUID());
  const target = join(folder, "source");
  await mkdir(target, { recursive: true });
  await chmod(world.root, 0o755);
  if (asNobody.length > 0) for (const path of [folder, target]) await chown(path, 65534, 65534);
  const worker = (...command: (string | undefined)[]) =>
    run([...asNobody, ...command.map((part) => part ?? "missing")], folder);

  await worker("cp", stored.location, `${stored.location}.shasum`, ".");
  const [digest] = (await worker(shasum, "-a256", `${sha}.tar.zst`)).split(" ");
  expect(`sha256:${digest}`).toBe(await Bun.file(`${stored.location}.shasum`).text());
  await worker(zstd, "-q", "-d", `${sha}.tar.zst`, "-o", "archive.tar");
  await worker(...tar, "-x", "--strip-components=1", "-f", "archive.tar", "-C", target);
  return target;
}

async function writeEverythingOdd({ source }: StorageWorld): Promise<string> {
  await source.write(".gitattributes", "*.bat eol=crlf\n*.u16 working-tree-encoding=UTF-16LE\nid.txt ident\n*.bin -text\n");
  await source.write("run.bat", "one\ntwo\n");
  await source.write("text.u16", Buffer.from("grün\n", "utf16le"));
  await source.write("id.txt", "$Id$\n");
  await source.write("data.bin", new Uint8Array([0, 13, 10, 255, 0]));
  await source.write("empty", "");
  await source.write("bin/tool", "#!/bin/sh\n", 0o755);
  await source.write(".hidden/.deeper/file", "x");
  await source.write("with space/ünï — ☃.txt", "snow");
  await source.write("back\\slash\nnewline", "odd");
  await source.write("-rf", "not an option");
  await source.write(`${"d".repeat(120)}/${"e".repeat(130)}/${"f".repeat(140)}.txt`, "deep");
  await source.write("g".repeat(200), "long");
  await source.write(`${"ü".repeat(127)}x`, "as long as a name may be");
  await source.write(Array.from({ length: 20 }, (_, depth) => `${depth}-${"k".repeat(60)}`).join("/"), "1,200 bytes deep");
  await source.write("line-ends.txt", "one\r\ntwo\n");
  await source.write("read-only", "x", 0o444);
  await source.write("group-writable", "x", 0o664);
  await source.link("link", "bin/tool");
  await source.link("dangling", "nowhere");
  await source.link("long-link", "h/".repeat(90));
  await source.link("longer-link", "h/".repeat(400));
  await source.link("l".repeat(180), "i/".repeat(140));
  return source.commit("odd files");
}

test.each([
  ["what Workers have", busybox ? [busybox, "tar"] : ["tar"]],
  ["this machine's tar", ["tar"]],
])("unpacks with %s to what a checkout has, conversions included", async (_tar, tar) => {
  await using world = await createWorld();
  const sha = await writeEverythingOdd(world);
  await world.snapshots.store(world.commit(sha));

  await run(["git", "clone", "--quiet", "widgets", "../checkout"], join(world.root, "served"));
  const unpacked = await inventory(await unpack(world, sha, tar));
  expect(unpacked).toEqual(await inventory(join(world.root, "checkout")));
  expect(Object.keys(unpacked)).toContain("run.bat");
});

test("holds what export-ignore would leave out, and leaves export-subst's placeholders alone", async () => {
  await using world = await createWorld();
  const { source } = world;
  await source.write(
    ".gitattributes",
    "[attr]private export-ignore\nsecret export-ignore\nown private\nv export-subst\n* !eol\n",
  );
  await source.write("sub/.gitattributes", "* export-ignore\n");
  for (const path of ["secret", "own", "sub/deep/file"]) await source.write(path, "kept");
  await source.write("v", "$Format:%H$\n");
  const sha = await source.commit("attributes");
  await world.snapshots.store(world.commit(sha));

  const target = await unpack(world, sha);
  for (const path of ["secret", "own", "sub/deep/file"]) expect(await Bun.file(join(target, path)).text()).toBe("kept");
  expect(await Bun.file(join(target, "v")).text()).toBe("$Format:%H$\n");
  expect(await Bun.file(join(target, "sub/.gitattributes")).exists()).toBe(true);
});

test("keeps submodules as empty folders and large-file pointers as pointers", async () => {
  await using world = await createWorld();
  const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n";
  await world.source.write(".gitattributes", "*.psd filter=lfs diff=lfs merge=lfs -text\n");
  await world.source.write("art.psd", pointer);
  await world.source.commit("pointer");
  await world.source.git("update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},vendor/lib`);
  await world.source.git("commit", "--quiet", "--message", "submodule");
  const sha = await world.source.git("rev-parse", "HEAD");
  await world.snapshots.store(world.commit(sha));

  const target = await unpack(world, sha);
  expect(await Bun.file(join(target, "art.psd")).text()).toBe(pointer);
  expect(await readdir(join(target, "vendor/lib"))).toEqual([]);
});

test("keeps names that aren't text, and leaves out folders without files, as a checkout does", async () => {
  await using world = await createWorld();
  const { blob, tree, commit } = hostileObjects(world.source.path);
  const file = await blob("x");
  const empty = await tree([]);
  const latin = await run(["git", "mktree", "-z"], world.source.path, Buffer.from(`100644 blob ${file}\tgr\xfcn\0`, "latin1"));
  const sha = await commit(
    await tree([
      { name: "empty", kind: "tree", object: empty },
      { name: "latin", kind: "tree", object: latin },
      { name: "nested", kind: "tree", object: await tree([{ name: "empty", kind: "tree", object: empty }]) },
    ]),
  );
  await world.snapshots.store(world.commit(sha));

  const target = await unpack(world, sha);
  expect(await readdir(target)).toEqual(["latin"]);
  expect((await readdir(join(target, "latin"), { encoding: "buffer" })).map((name) => name.toString("latin1"))).toEqual([
    "grün",
  ]);
});

test("has one top folder, named after the commit, and a checksum of its bytes next to it", async () => {
  await using world = await createWorld();
  await world.source.write("a.txt", "a");
  const sha = await world.source.commit("a");
  const { cloneSize } = await world.snapshots.store(world.commit(sha));

  const folder = join(world.basePath, "2d8ba804c79141991b71b2a9513e56817c9de8de");
  expect((await readdir(folder)).sort()).toEqual([`${sha}.tar.zst`, `${sha}.tar.zst.shasum`]);
  const archive = Bun.file(join(folder, `${sha}.tar.zst`));
  const checksum = await Bun.file(join(folder, `${sha}.tar.zst.shasum`)).text();
  expect(checksum).toBe(`sha256:${Bun.SHA256.hash(await archive.bytes(), "hex")}`);
  expect(cloneSize).toBe(archive.size + checksum.length);
  const names = await run(["tar", "-t"], world.root, new Blob([new Uint8Array(Bun.zstdDecompressSync(await archive.bytes()))]));
  expect(names.split("\n")).toEqual([`${sha}/`, `${sha}/a.txt`]);
});

test("stores commits of repositories that use SHA-256", async () => {
  await using world = await createWorld({}, "sha256");
  await world.source.write("a.txt", "a");
  const sha = await world.source.commit("a");
  await world.snapshots.store(world.commit(sha));
  expect(sha).toHaveLength(64);
  expect(await Bun.file(join(await unpack(world, sha), "a.txt")).text()).toBe("a");
});

test("has the same bytes whenever the commit is packed", async () => {
  await using world = await createWorld();
  await world.source.write("big", crypto.getRandomValues(new Uint8Array(65_536)).toHex().repeat(8));
  const sha = await world.source.commit("big");
  await world.snapshots.store(world.commit(sha));
  const first = await world.snapshots.locate("widgets", sha);
  await world.snapshots.remove("widgets", sha);
  await world.snapshots.store(world.commit(sha));
  expect(await world.snapshots.locate("widgets", sha)).toEqual(first);
});
