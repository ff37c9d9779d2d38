import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { chmod, chown, mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import pino from "pino";
import { createLocalStore } from "../../../plugins/storage/local-store";
import { createSnapshots } from "../../../plugins/storage/snapshots";
import { type FileMode, storageAccess } from "../../../plugins/storage/storage-access";
import { createWorld, type StorageWorld } from "./storage-world";

setDefaultTimeout(60_000);

// Modes are what the platform says, whatever the account that starts it usually gives.
const umask = process.umask(0o077);
afterAll(() => void process.umask(umask));

const modeOf = async (path: string) => ((await stat(path)).mode & 0o7777).toString(8);

function snapshotsWith(world: StorageWorld, mode: FileMode) {
  const { basePath, cachePath } = world;
  return createSnapshots({ store: createLocalStore(basePath, storageAccess(mode)), cachePath, log: pino({ level: "silent" }) });
}

test.each([
  ["0600", "700", "600"],
  ["0640", "750", "640"],
  ["0644", "755", "644"],
] as const)("gives the Workers' storage the mode %s and closes the cache", async (mode, folderMode, fileMode) => {
  await using world = await createWorld();
  await world.source.write("a", "a");
  const sha = await world.source.commit("a");
  const snapshots = snapshotsWith(world, mode);
  await snapshots.store(world.commit(sha));
  const location = (await snapshots.locate("widgets", sha))?.location ?? "";
  expect([await modeOf(world.basePath), await modeOf(dirname(location))]).toEqual([folderMode, folderMode]);
  expect([await modeOf(location), await modeOf(`${location}.shasum`)]).toEqual([fileMode, fileMode]);
  expect(await modeOf(world.cachePath)).toBe("700");
});

test("mends folders that are there, and leaves them the bit that hands their group on", async () => {
  await using world = await createWorld();
  for (const path of [world.basePath, world.cachePath]) await mkdir(path);
  await chmod(world.basePath, 0o2777);
  await chmod(world.cachePath, 0o755);
  await snapshotsWith(world, "0640").prepare();
  expect(await modeOf(world.basePath)).toBe("2750");
  expect(await modeOf(world.cachePath)).toBe("700");
});

test.skipIf(process.getuid?.() !== 0)("leaves a storage folder alone that belongs to another account", async () => {
  await using world = await createWorld();
  await mkdir(world.basePath);
  await chmod(world.basePath, 0o775);
  await chown(world.basePath, 12_345, 12_345);
  await snapshotsWith(world, "0644").prepare();
  expect(await modeOf(world.basePath)).toBe("775");
});
