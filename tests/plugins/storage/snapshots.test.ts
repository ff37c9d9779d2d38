import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { lstat, mkdir, readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import pino from "pino";
import { createLocalStore } from "../../../plugins/storage/local-store";
import { repositoryFolder } from "../../../plugins/storage/names";
import { createSnapshots } from "../../../plugins/storage/snapshots";
import { storageAccess } from "../../../plugins/storage/storage-access";
import { run } from "./source-repository";
import { createWorld, type StorageWorld, token } from "./storage-world";

setDefaultTimeout(60_000);

/** No repository has the name. */
const nobody = async () => null;

async function commitText(world: StorageWorld, text: string): Promise<string> {
  await world.source.write("a.txt", text);
  return world.source.commit(text);
}

async function isWhole(world: StorageWorld, name: string, sha: string): Promise<boolean> {
  const stored = await world.snapshots.locate(name, sha);
  return stored !== null && Bun.SHA256.hash(await Bun.file(stored.location).bytes(), "hex") === stored.sha256;
}

test("stores one commit from several processes at once", async () => {
  await using world = await createWorld();
  await world.source.write("big", crypto.getRandomValues(new Uint8Array(300_000)));
  const sha = await commitText(world, "a");
  const log = pino({ level: "silent" });
  const access = storageAccess("0644");
  const processes = [0, 1, 2, 3].map(() =>
    createSnapshots({ store: createLocalStore(world.basePath, access), cachePath: world.cachePath, log }),
  );
  const sizes = await Promise.all(processes.map((snapshots) => snapshots.store(world.commit(sha))));
  expect(new Set(sizes.map((size) => size.cloneSize)).size).toBe(1);
  expect(await isWhole(world, "widgets", sha)).toBe(true);
  expect(await readdir(join(world.basePath, repositoryFolder("widgets")))).toHaveLength(2);
});

test("stores different commits of a repository at once", async () => {
  await using world = await createWorld();
  const shas = [await commitText(world, "a"), await commitText(world, "b"), await commitText(world, "c")];
  await Promise.all(shas.map((sha) => world.snapshots.store(world.commit(sha))));
  for (const sha of shas) expect(await isWhole(world, "widgets", sha)).toBe(true);
});

test("counts an archive without its checksum as absent, and stores it again", async () => {
  await using world = await createWorld();
  const sha = await commitText(world, "a");
  const folder = join(world.basePath, repositoryFolder("widgets"));
  await mkdir(folder, { recursive: true });
  await Bun.write(join(folder, `${sha}.tar.zst`), "half");
  expect(await world.snapshots.exists("widgets", sha)).toBe(false);
  await world.snapshots.store(world.commit(sha));
  expect(await isWhole(world, "widgets", sha)).toBe(true);
});

test.each([
  ["while fetching", 8],
  ["while packing", 4_000],
])("leaves nothing in storage when the disk is full %s, and says so", async (_when, kilobytes) => {
  await using world = await createWorld();
  const noise = crypto.getRandomValues(new Uint8Array(3_000_000)); // one object in git, but twice in the archive
  for (const name of ["a", "b"]) await world.source.write(name, noise);
  const sha = await commitText(world, "a");
  const script = join(import.meta.dir, "full-disk/store-under-limit.ts");
  const limited = `trap "" XFSZ; ulimit -f ${kilobytes}; exec "$@"`;
  const remote = world.server.remote("widgets/.git");
  const stored = run(
    ["bash", "-c", limited, "bash", process.execPath, script, world.basePath, world.cachePath, remote, token, sha],
    world.root,
  );
  expect(await stored).toBe("disk_full");
  expect(await readdir(join(world.basePath, repositoryFolder("widgets")))).toEqual([]);
  await world.snapshots.store(world.commit(sha));
  expect(await isWhole(world, "widgets", sha)).toBe(true);
});

test("deletes drafts of killed processes that are older than a day, and no younger ones", async () => {
  await using world = await createWorld();
  const folder = join(world.basePath, repositoryFolder("widgets"));
  await mkdir(folder, { recursive: true });
  for (const name of ["old.tmp", "new.tmp"]) await Bun.write(join(folder, name), "x");
  const longAgo = new Date(Date.now() - 2 * 86_400_000);
  await utimes(join(folder, "old.tmp"), longAgo, longAgo);
  await world.snapshots.store(world.commit(await commitText(world, "a")));
  expect(existsSync(join(folder, "old.tmp"))).toBe(false);
  expect(existsSync(join(folder, "new.tmp"))).toBe(true);
});

test("deletes a commit's snapshot with whatever was unpacked of it", async () => {
  await using world = await createWorld();
  const [sha, other] = [await commitText(world, "a"), await commitText(world, "b")];
  await world.snapshots.store(world.commit(sha));
  await world.snapshots.store(world.commit(other));
  const folder = join(world.basePath, repositoryFolder("widgets"));
  await mkdir(join(folder, sha));
  await Bun.write(join(folder, `${sha}.tar`), "x");
  await world.snapshots.remove("widgets", sha);
  await world.snapshots.remove("widgets", sha);
  expect((await readdir(folder)).sort()).toEqual([`${other}.tar.zst`, `${other}.tar.zst.shasum`]);
  expect(await world.snapshots.locate("widgets", sha)).toBeNull();
});

test("deletes all of a repository, its cache and the names it had", async () => {
  await using world = await createWorld();
  await world.snapshots.store(world.commit(await commitText(world, "a")));
  await world.snapshots.rename("widgets", "gadgets");
  for (let i = 0; i < 2; i++) await world.snapshots.removeRepository({ repositoryId: 7, name: "gadgets", held: nobody });
  expect(await readdir(world.basePath)).toEqual([]);
  expect(await readdir(world.cachePath)).toEqual([]);
});

test("deletes of a name that another repository has by now only what that one doesn't keep", async () => {
  await using world = await createWorld();
  const [own, shared, others] = [await commitText(world, "a"), await commitText(world, "b"), await commitText(world, "c")];
  for (const sha of [own, shared, others]) await world.snapshots.store(world.commit(sha));
  const asked: string[] = [];
  const held = async (shas: readonly string[]) => {
    asked.push(...shas);
    return new Set([shared, others]);
  };
  await world.snapshots.removeRepository({ repositoryId: 7, name: "widgets", held });
  expect(asked.toSorted()).toEqual([own, shared, others].toSorted());
  expect(await world.snapshots.exists("widgets", own)).toBe(false);
  for (const sha of [shared, others]) expect(await isWhole(world, "widgets", sha)).toBe(true);
  expect(await readdir(world.cachePath)).toEqual([]);
});

test("deletes nothing that arrives while a repository is being removed", async () => {
  await using world = await createWorld();
  const [old, next] = [await commitText(world, "a"), await commitText(world, "b")];
  await world.snapshots.store(world.commit(old));
  const held = async () => {
    await world.snapshots.store({ ...world.commit(next), repositoryId: 8 });
    return null; // as it was when it was asked
  };
  await world.snapshots.removeRepository({ repositoryId: 7, name: "widgets", held });
  expect(await world.snapshots.exists("widgets", old)).toBe(false);
  expect(await isWhole(world, "widgets", next)).toBe(true);
});

test("leaves alone what a repository keeps under its new name when another one with its old name goes", async () => {
  await using world = await createWorld();
  const sha = await commitText(world, "a");
  await world.snapshots.store(world.commit(sha));
  await world.snapshots.rename("widgets", "gadgets");
  await world.snapshots.removeRepository({ repositoryId: 8, name: "widgets", held: nobody });
  for (const name of ["widgets", "gadgets"]) expect(await isWhole(world, name, sha)).toBe(true);
});

test("follows a rename, and serves the old name to jobs that are under way", async () => {
  await using world = await createWorld();
  const sha = await commitText(world, "a");
  await world.snapshots.store(world.commit(sha));
  await world.snapshots.rename("widgets", "gadgets");
  await world.snapshots.rename("widgets", "gadgets");
  expect(await isWhole(world, "gadgets", sha)).toBe(true);
  expect(await isWhole(world, "widgets", sha)).toBe(true);
  expect((await lstat(join(world.basePath, repositoryFolder("gadgets")))).isDirectory()).toBe(true);
});

test("gives a name that another repository takes over a folder of its own", async () => {
  await using world = await createWorld();
  const [sha, next] = [await commitText(world, "a"), await commitText(world, "b")];
  await world.snapshots.store(world.commit(sha));
  await world.snapshots.rename("widgets", "gadgets");
  await world.snapshots.store({ ...world.commit(next), repositoryId: 8 });
  expect(await world.snapshots.exists("gadgets", next)).toBe(false);
  expect(await isWhole(world, "widgets", next)).toBe(true);
  await world.snapshots.removeRepository({ repositoryId: 8, name: "widgets", held: nobody });
  expect(await isWhole(world, "gadgets", sha)).toBe(true);
});

test("survives two repositories that swap their names, and one that takes its old name back", async () => {
  await using world = await createWorld();
  const [first, second] = [await commitText(world, "a"), await commitText(world, "b")];
  await world.snapshots.store(world.commit(first));
  await world.snapshots.store({ ...world.commit(second), repositoryId: 8, name: "gadgets" });
  await world.snapshots.rename("widgets", "spare");
  await world.snapshots.rename("gadgets", "widgets");
  await world.snapshots.rename("spare", "gadgets");
  expect(await isWhole(world, "gadgets", first)).toBe(true);
  expect(await isWhole(world, "widgets", second)).toBe(true);
  await world.snapshots.rename("gadgets", "spare");
  await world.snapshots.rename("spare", "gadgets");
  expect(await isWhole(world, "gadgets", first)).toBe(true);
});

test.each(["../x", "", "a/b", "..", "api~123"])(
  "takes %p for no repository's name: finds and touches nothing",
  async (name) => {
    await using world = await createWorld();
    const sha = "a".repeat(40);
    await expect(world.snapshots.store({ ...world.commit(sha), name })).rejects.toThrow(RangeError);
    expect(await world.snapshots.locate(name, sha)).toBeNull();
    expect(await world.snapshots.exists(name, sha)).toBe(false);
    expect(await world.snapshots.readFile({ repositoryId: 7, name, sha, maxBytes: 1 }, "a")).toEqual({ kind: "missing" });
    await world.snapshots.remove(name, sha);
    await world.snapshots.rename(name, "widgets");
    await world.snapshots.rename("widgets", name);
    await world.snapshots.removeRepository({ repositoryId: 7, name, held: nobody });
    expect(existsSync(world.basePath)).toBe(false);
  },
);

test.each(["HEAD", "../../x", `${"a".repeat(40)}/..`, "--output=x"])(
  "takes %p for no commit id and touches nothing",
  async (sha) => {
    await using world = await createWorld();
    await expect(world.snapshots.store(world.commit(sha))).rejects.toThrow(RangeError);
    await expect(world.snapshots.remove("widgets", sha)).rejects.toThrow(RangeError);
    await expect(world.snapshots.readFile({ repositoryId: 7, name: "widgets", sha, maxBytes: 1 }, "a")).rejects.toThrow(
      RangeError,
    );
    expect(existsSync(world.basePath)).toBe(false);
  },
);
