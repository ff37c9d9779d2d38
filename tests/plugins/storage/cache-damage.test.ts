import { expect, setDefaultTimeout, test } from "bun:test";
import { stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { Glob } from "bun";
import pino from "pino";
import { createLocalStore } from "../../../plugins/storage/local-store";
import { createSnapshots } from "../../../plugins/storage/snapshots";
import { storageAccess } from "../../../plugins/storage/storage-access";
import { run } from "./source-repository";
import { createWorld, type StorageWorld } from "./storage-world";

setDefaultTimeout(60_000);

const cached = (world: StorageWorld) => join(world.cachePath, "7", "sha1");

/** Tells one cache from another that was made anew. */
const identity = async (world: StorageWorld) => (await stat(cached(world))).ino;

async function firstCommit(world: StorageWorld): Promise<string> {
  await world.source.write(".gitattributes", "secret export-ignore\n");
  await world.source.write("secret", "kept");
  for (let i = 0; i < 30; i++) await world.source.write(`noise/${i}`, crypto.getRandomValues(new Uint8Array(2_000)));
  return await world.source.commit("first");
}

async function nextCommit(world: StorageWorld): Promise<string> {
  await world.source.write("next", "next");
  return await world.source.commit("next");
}

async function namesIn(world: StorageWorld, sha: string): Promise<string[]> {
  const stored = await world.snapshots.locate("widgets", sha);
  if (!stored) throw new Error("nothing is stored");
  const tar = Bun.zstdDecompressSync(await Bun.file(stored.location).bytes());
  return (await run(["tar", "-t"], world.root, new Blob([new Uint8Array(tar)]))).split("\n");
}

test.each([
  ["an error of a proxy", { status: 400 }],
  ["an error of its own", { status: 500 }],
  ["a page that isn't git's", { status: 200, page: "<html>Sign in to continue</html>" }],
  ["a pack that breaks off", { stallAfterBytes: 300 }],
] as const)("keeps its cache when the server gives %s", async (_what, behaviour) => {
  await using world = await createWorld({ fetchMs: 3_000 });
  await world.snapshots.store(world.commit(await firstCommit(world)));
  const before = await identity(world);
  const next = await nextCommit(world);
  world.server.behave(behaviour);
  if ("status" in behaviour) await expect(world.snapshots.store(world.commit(next))).rejects.toThrow();
  world.server.behave("serve");
  world.server.takePackBytes();
  await world.snapshots.store(world.commit(next));
  expect(world.server.takePackBytes()).toBeLessThan(5_000);
  expect(await identity(world)).toBe(before);
});

test.each([
  ["no space left on device", 400, "unavailable"],
  ["ssl/early eof", 404, "not_found"],
  ["returned error: 401 not our ref", 500, "unavailable"],
  ["repository 'x' not found", 400, "unavailable"],
])("isn't misled by a repository at an address with %p", async (path, status, reason) => {
  await using world = await createWorld();
  const sha = await firstCommit(world);
  world.server.behave({ status });
  const storing = world.snapshots.store({ ...world.commit(sha), remoteUrl: world.server.remote(`${path}/widgets.git`) });
  await expect(storing).rejects.toMatchObject({ reason });
});

test("mends a cache in a folder whose name reads like another fault", async () => {
  await using world = await createWorld();
  const cachePath = join(world.root, "ssl: no space left on device, connection reset");
  const log = pino({ level: "silent" });
  const snapshots = createSnapshots({ store: createLocalStore(world.basePath, storageAccess("0644")), cachePath, log });
  await snapshots.store(world.commit(await firstCommit(world)));
  await run(["find", join(cachePath, "7", "sha1", "objects"), "-type", "f", "-delete"], "/");
  const next = await nextCommit(world);
  await snapshots.store(world.commit(next));
  expect(await snapshots.exists("widgets", next)).toBe(true);
});

test.each([
  "HEAD",
  "config",
  "info/attributes",
  "shallow",
  "refs/cocov/*",
  "packed-refs",
  "objects/pack/*.pack",
  "objects/pack/*.idx",
])("heals when a loss of power has emptied %s", async (pattern) => {
  await using world = await createWorld();
  const first = await firstCommit(world);
  await nextCommit(world); // a commit with a parent, so that the repository is shallow
  await world.snapshots.store(world.commit(first));
  const second = await world.source.git("rev-parse", "HEAD");
  await world.snapshots.store(world.commit(second));
  if (pattern === "packed-refs") await run(["git", "--git-dir", cached(world), "pack-refs", "--all"], "/");
  let emptied = 0;
  for await (const path of new Glob(pattern).scan({ cwd: cached(world), absolute: true })) {
    await truncate(path, 0);
    emptied++;
  }
  expect(emptied).toBeGreaterThan(0);

  await world.source.write("third", "third");
  const third = await world.source.commit("third");
  await world.snapshots.remove("widgets", first);
  for (const sha of [third, first]) {
    await world.snapshots.store(world.commit(sha));
    expect(await namesIn(world, sha)).toContain(`${sha}/secret`);
  }
  const fsck = ["git", "--git-dir", cached(world), "fsck", "--connectivity-only", "--no-dangling"];
  expect(await run(fsck, "/")).not.toContain("error");
});

test.each(["refs", "objects/pack", "info"])("heals when it has lost its folder %s", async (folder) => {
  await using world = await createWorld();
  await world.snapshots.store(world.commit(await firstCommit(world)));
  await run(["rm", "-r", join(cached(world), folder)], "/");
  const next = await nextCommit(world);
  await world.snapshots.store(world.commit(next));
  expect(await namesIn(world, next)).toContain(`${next}/secret`);
});

test.each(["config", "shallow", "packed-refs"])(
  "makes a cache anew, or mends it, when there is nonsense in %s",
  async (file) => {
    await using world = await createWorld();
    await world.snapshots.store(world.commit(await firstCommit(world)));
    await Bun.write(join(cached(world), file), "[nonsense\n");
    const next = await nextCommit(world);
    await world.snapshots.store(world.commit(next));
    expect(await namesIn(world, next)).toContain(`${next}/secret`);
  },
);

test("makes a cache anew in which a file can't be read, though it is there", async () => {
  await using world = await createWorld();
  const sha = await firstCommit(world);
  await world.snapshots.store(world.commit(sha));
  await world.snapshots.remove("widgets", sha);
  for await (const path of new Glob("objects/pack/*.pack").scan({ cwd: cached(world), absolute: true })) {
    await run(["chmod", "u+w", path], "/");
    await run(["dd", "if=/dev/zero", `of=${path}`, "bs=1", "seek=30000", "count=3000", "conv=notrunc"], "/");
  }
  await world.snapshots.store(world.commit(sha));
  expect(await namesIn(world, sha)).toHaveLength(34);
});
