import { expect, setDefaultTimeout, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { repositoryFolder } from "../../../plugins/storage/names";
import { copies, hostileObjects } from "./hostile-source";
import { run } from "./source-repository";
import { createWorld, type StorageWorld } from "./storage-world";

setDefaultTimeout(60_000);

async function refusal(world: StorageWorld, sha: string): Promise<{ reason: unknown; message: string }> {
  const error = await world.snapshots.store(world.commit(sha)).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error) || !("reason" in error)) throw new Error(`It wasn't refused: ${error}`);
  return { reason: error.reason, message: error.message };
}

const stored = (world: StorageWorld) => readdir(join(world.basePath, repositoryFolder("widgets"))).catch(() => []);

test("refuses folders that repeat: a few kilobytes that would unpack to a thousand million files", async () => {
  await using world = await createWorld();
  const { blob, tree, commit } = hostileObjects(world.source.path);
  let root = await tree(copies(10, "blob", await blob("x")));
  for (let level = 0; level < 8; level++) root = await tree(copies(10, "tree", root));
  const { reason, message } = await refusal(world, await commit(root));
  expect(reason).toBe("too_large");
  expect(message).toContain("200000 files");
  expect(message).toContain("COCOV_COMMIT_MAX_FILES");
  expect(await stored(world)).toEqual([]);
});

test("refuses folders that repeat without a single file in them", async () => {
  await using world = await createWorld();
  const { tree, commit } = hostileObjects(world.source.path);
  let root = await tree([]);
  for (let level = 0; level < 9; level++) root = await tree(copies(10, "tree", root));
  expect((await refusal(world, await commit(root))).message).toContain("200000 folders");
});

test("counts a file as often as it has names", async () => {
  await using world = await createWorld({ maxBytes: 80_000 });
  const { blob, tree, commit } = hostileObjects(world.source.path);
  const file = await blob("x".repeat(1_000));
  await world.snapshots.store(world.commit(await commit(await tree(copies(80, "blob", file)))));
  const { reason, message } = await refusal(world, await commit(await tree(copies(81, "blob", file))));
  expect(reason).toBe("too_large");
  expect(message).toBe("The commit's files take more than 80000 bytes (COCOV_COMMIT_MAX_SIZE)");
});

test("takes as many files, links and submodules as are allowed, and no more", async () => {
  await using world = await createWorld({ maxFiles: 6 });
  const { commit } = hostileObjects(world.source.path);
  for (const path of ["a", "b", "c/d", "c/e"]) await world.source.write(path, path);
  await world.source.link("link", "a");
  await world.source.git("add", "--all");
  await world.source.git("update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},module`);
  const six = await commit(await world.source.git("write-tree"));
  await world.source.git("update-index", "--add", "--cacheinfo", `160000,${"2".repeat(40)},another`);
  const seven = await commit(await world.source.git("write-tree"));
  await world.snapshots.store(world.commit(six));
  expect((await refusal(world, seven)).message).toBe("The commit has more than 6 files (COCOV_COMMIT_MAX_FILES)");
});

test("refuses paths longer than any system takes, however few there are", async () => {
  await using world = await createWorld();
  const { blob, tree, commit } = hostileObjects(world.source.path);
  let deep = await tree([{ name: "f", kind: "blob", object: await blob("x") }]);
  for (let level = 0; level < 20; level++) deep = await tree([{ name: "d".repeat(250), kind: "tree", object: deep }]);
  expect((await refusal(world, await commit(deep))).message).toContain("4096 bytes");
});

test("refuses what grows beyond the limit when it is converted, as soon as it does", async () => {
  await using world = await createWorld({ maxBytes: 300_000, maxFiles: 10 });
  const { blob, tree, commit } = hostileObjects(world.source.path);
  const attributes = await blob("*.txt working-tree-encoding=UTF-32\n");
  const file = await blob("x".repeat(50_000));
  const files = copies(5, "blob", file).map((entry) => ({ ...entry, name: `${entry.name}.txt` }));
  const root = await tree([{ name: ".gitattributes", kind: "blob", object: attributes }, ...files]);
  const { reason, message } = await refusal(world, await commit(root));
  expect(reason).toBe("too_large");
  expect(message).toContain("converted as its attributes say");
  expect(await stored(world)).toEqual([]);
});

test("ends a git that needs too much processor time for a commit's attributes", async () => {
  await using world = await createWorld({ process: { memoryBytes: 2 ** 31, cpuSeconds: 1 } });
  const { blob, tree, commit } = hostileObjects(world.source.path);
  const attributes = await blob(`${"a*".repeat(12)}b eol=crlf\n`);
  const names = Array.from({ length: 200 }, (_, index) => ({
    name: `${"a".repeat(200)}${index}`,
    kind: "blob" as const,
    object: attributes,
  }));
  const root = await tree([{ name: ".gitattributes", kind: "blob", object: attributes }, ...names]);
  const { reason, message } = await refusal(world, await commit(root));
  expect(reason).toBe("too_large");
  expect(message).toContain("1 seconds of processor time");
  expect(await stored(world)).toEqual([]);
});

test.skipIf(process.platform !== "linux")("ends a git that needs too much memory for a commit", async () => {
  await using world = await createWorld({ process: { memoryBytes: 96 * 1024 ** 2, cpuSeconds: 60 } });
  await world.source.write("a.txt", "x\n".repeat(30_000_000));
  await world.source.write(".gitattributes", "*.txt eol=crlf\n");
  const { reason, message } = await refusal(world, await world.source.commit("large"));
  expect(reason).toBe("too_large");
  expect(message).toContain("96 MiB of memory");
});

test("gives up fetching once it brings more than a commit within the limits could, whatever is still to come", async () => {
  await using world = await createWorld({ maxBytes: 100, maxFiles: 1 });
  await world.source.write("noise", crypto.getRandomValues(new Uint8Array(500_000)));
  const sha = await world.source.commit("noise");
  world.server.behave({ stallAfterBytes: 200_000 });
  const { reason, message } = await refusal(world, sha);
  expect(reason).toBe("too_large");
  expect(message).toContain("to fetch");
  const unfinished = await readdir(join(world.cachePath, "7", "sha1", "objects", "pack"));
  expect(unfinished).toEqual([]);
});

test("keeps nothing of a commit that is too large, and goes on with the next one", async () => {
  await using world = await createWorld({ maxFiles: 2 });
  for (const path of ["a", "b", "c"]) await world.source.write(path, path);
  const refused = await world.source.commit("three");
  expect((await refusal(world, refused)).reason).toBe("too_large");
  const refs = await run(["git", "--git-dir", join(world.cachePath, "7", "sha1"), "for-each-ref"], "/");
  expect(refs).toBe("");
  await world.source.git("rm", "--quiet", "c");
  const next = await world.source.commit("two");
  await world.snapshots.store(world.commit(next));
  expect(await world.snapshots.exists("widgets", next)).toBe(true);
});

test("has a commit of many small folders measured and packed in little time", async () => {
  await using world = await createWorld();
  const { blob, tree, commit } = hostileObjects(world.source.path);
  const file = await blob("x");
  const folder = await tree(copies(200, "blob", file));
  const root = await tree(copies(500, "tree", folder));
  await world.snapshots.store(world.commit(await commit(root)));
  expect(world.logged).toEqual([]);
});
