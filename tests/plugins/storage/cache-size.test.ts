import { expect, setDefaultTimeout, test } from "bun:test";
import { readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { createWorld } from "./storage-world";

setDefaultTimeout(60_000);

const noise = 60_000;

/** Three repositories with the same files; their caches take a bit more than `noise` each. */
async function threeCached() {
  const world = await createWorld();
  await world.source.write("noise", crypto.getRandomValues(new Uint8Array(noise)));
  await world.source.write("a.txt", "hello");
  const sha = await world.source.commit("first");
  const nameOf = (repositoryId: number) => `widgets-${repositoryId}`;
  const store = (repositoryId: number) =>
    world.snapshots.store({ ...world.commit(sha), repositoryId, name: nameOf(repositoryId) });
  for (const repositoryId of [7, 8, 9]) await store(repositoryId);
  const usedHoursAgo = async (repositoryId: number, hours: number) => {
    const then = new Date(Date.now() - hours * 3_600_000);
    await utimes(join(world.cachePath, String(repositoryId)), then, then);
  };
  const read = (repositoryId: number) =>
    world.snapshots.readFile({ repositoryId, name: nameOf(repositoryId), sha, maxBytes: 100 }, "a.txt");
  return { world, sha, nameOf, store, read, usedHoursAgo, cached: async () => (await readdir(world.cachePath)).sort() };
}

test("the git cache is kept within its size: those go that weren't used for longest, until the rest fits", async () => {
  const { world, read, usedHoursAgo, cached } = await threeCached();
  await using _ = world;
  await usedHoursAgo(7, 2);
  await usedHoursAgo(8, 4);
  await usedHoursAgo(9, 3);
  expect(await world.snapshots.shrinkCache(10 * noise)).toBe(0);
  expect(await world.snapshots.shrinkCache(2.8 * noise)).toBe(1);
  expect(await cached()).toEqual(["7", "9"]);
  // Its files are read from the archive meanwhile.
  expect(await read(8)).toMatchObject({ kind: "file", bytes: new TextEncoder().encode("hello") });
  expect(await world.snapshots.shrinkCache(1)).toBe(2);
  expect(await cached()).toEqual([]);
});

test("a cache that was read or fetched into within the hour stays, whatever the limit is", async () => {
  const { world, sha, nameOf, store, read, usedHoursAgo, cached } = await threeCached();
  await using _ = world;
  for (const repositoryId of [7, 8, 9]) await usedHoursAgo(repositoryId, 5);
  await read(7);
  await world.snapshots.remove(nameOf(8), sha);
  await store(8);
  expect(await world.snapshots.shrinkCache(1)).toBe(1);
  expect(await cached()).toEqual(["7", "8"]);
});

test("where nothing was ever cached there is nothing to shrink", async () => {
  await using world = await createWorld();
  expect(await world.snapshots.shrinkCache(1)).toBe(0);
});
