import { expect, setDefaultTimeout, test } from "bun:test";
import { readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import pino from "pino";
import type { WhileUnused } from "../../../plugins/storage/git-cache";
import { createLocalStore } from "../../../plugins/storage/local-store";
import { createSnapshots } from "../../../plugins/storage/snapshots";
import { storageAccess } from "../../../plugins/storage/storage-access";
import { startTestPlatform } from "../../../testing/test-platform";
import { createWorld } from "./storage-world";

setDefaultTimeout(60_000);

const noise = 60_000;
const log = pino({ level: "silent" });

/** Nobody is at any cache. */
const nobody: WhileUnused = async (_repositoryId, act) => {
  await act();
  return true;
};
/** Somebody is at the cache of one repository. */
const busyWith =
  (busy: number): WhileUnused =>
  async (repositoryId, act) =>
    repositoryId !== busy && (await nobody(repositoryId, act));

/** Three repositories with the same files; their caches take a bit more than `noise` each. */
async function threeCached() {
  const world = await createWorld();
  await world.source.write("noise", crypto.getRandomValues(new Uint8Array(noise)));
  for (const name of ["a.txt", "b.txt"]) await world.source.write(name, `hello from ${name}`);
  const sha = await world.source.commit("first");
  /** A process of its own, with a limit of so many times what one cache takes. */
  const limitedTo = (caches: number, whileUnused = nobody) =>
    createSnapshots({
      store: createLocalStore(world.basePath, storageAccess("0644")),
      cachePath: world.cachePath,
      cacheLimit: { maxBytes: caches * noise * 1.1, whileUnused },
      log,
    });
  const commit = (repositoryId: number) => ({ ...world.commit(sha), repositoryId, name: `widgets-${repositoryId}` });
  const usedHoursAgo = async (hours: Record<number, number>) => {
    for (const [repositoryId, ago] of Object.entries(hours)) {
      const then = new Date(Date.now() - ago * 3_600_000);
      await utimes(join(world.cachePath, repositoryId), then, then);
    }
  };
  for (const repositoryId of [7, 8, 9]) await world.snapshots.store(commit(repositoryId));
  return { world, limitedTo, commit, usedHoursAgo, cached: async () => (await readdir(world.cachePath)).sort() };
}

test("after a fetch those caches go that weren't used for longest, until the rest fits", async () => {
  const { world, limitedTo, commit, usedHoursAgo, cached } = await threeCached();
  await using _ = world;
  await usedHoursAgo({ 7: 2, 8: 4, 9: 3 });
  await limitedTo(4).store(commit(10));
  expect(await cached()).toEqual(["10", "7", "8", "9"]);
  const snapshots = limitedTo(2);
  await snapshots.store(commit(11));
  expect(await cached()).toEqual(["10", "11"]);
  // One look is enough for a minute.
  await snapshots.store(commit(12));
  expect(await cached()).toEqual(["10", "11", "12"]);
});

test("being read counts as being used, and what is gone is read from the archive", async () => {
  const { world, limitedTo, commit, usedHoursAgo, cached } = await threeCached();
  await using _ = world;
  const read = (repositoryId: number) => world.snapshots.readFile({ ...commit(repositoryId), maxBytes: 100 }, "a.txt");
  await usedHoursAgo({ 7: 5, 8: 4, 9: 3 });
  await read(7);
  await limitedTo(2).store(commit(10));
  expect(await cached()).toEqual(["10", "7"]);
  expect(await read(8)).toMatchObject({ kind: "file", bytes: new TextEncoder().encode("hello from a.txt") });
});

test("a cache that somebody is at stays, whatever the limit is", async () => {
  const { world, limitedTo, commit, usedHoursAgo, cached } = await threeCached();
  await using _ = world;
  await usedHoursAgo({ 7: 5, 8: 4, 9: 3 });
  await limitedTo(0, busyWith(8)).store(commit(10));
  expect(await cached()).toEqual(["8"]);
});

test("whoever reads a cache while it goes reads on", async () => {
  const { world, limitedTo, commit } = await threeCached();
  await using _ = world;
  const read: string[] = [];
  for await (const [path, file] of world.snapshots.eachFile({ ...commit(7), maxBytes: 100 }, ["a.txt", "b.txt"])) {
    if (read.length === 0) await limitedTo(0).store(commit(10));
    if (file.kind === "file") read.push(`${path}: ${new TextDecoder().decode(file.bytes)}`);
  }
  expect(read).toEqual(["a.txt: hello from a.txt", "b.txt: hello from b.txt"]);
});

test("a server keeps to the setting on its own machine: what it fetches at the moment stays, what nobody uses goes", async () => {
  const platform = await startTestPlatform({ env: { COCOV_GIT_CACHE_MAX_SIZE: "1" } });
  try {
    const cache = join(platform.dataDir, "git_cache");
    await Bun.write(join(cache, "999", "sha1", "objects", "pack", "old.pack"), "unused");
    const { repository } = await platform.createRepository({ name: "api" });
    expect(await readdir(cache)).toEqual([String(repository.id)]);
  } finally {
    await platform.stop();
  }
});
