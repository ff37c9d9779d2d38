import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { cp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { createLocalStore } from "../../../plugins/storage/local-store";
import { isCommitSha, isRepositoryName } from "../../../plugins/storage/names";
import type { SnapshotFile } from "../../../plugins/storage/read-file";
import { storageAccess } from "../../../plugins/storage/storage-access";
import { eventually } from "./processes";
import { createWorld, token } from "./storage-world";

setDefaultTimeout(60_000);

const hostile = fc.constantFrom(
  "..",
  ".",
  "/",
  "\\",
  "\0",
  "\n",
  "%2e%2e",
  "%2f",
  "~",
  "$(id)",
  "`id`",
  ";",
  "--upload-pack=id",
  "*",
);
const textOf = (ordinary: fc.Arbitrary<string>) =>
  fc
    .array(fc.oneof(hostile, ordinary, fc.string({ unit: "binary", maxLength: 3 })), { maxLength: 6 })
    .map((parts) => parts.join(""));
const names = textOf(fc.constantFrom("widgets", "git", ".git", "a".repeat(99)));
const shas = fc.oneof(textOf(fc.constantFrom("a".repeat(40), "HEAD", "f".repeat(64), "0")), fc.constant("b".repeat(40)));

test("whatever repositories and commits are called, nothing is written or deleted but archives below the storage", async () => {
  await using world = await createWorld();
  const base = join(world.root, "storage");
  const store = createLocalStore(base, storageAccess("0600"));
  const outside = async () => (await readdir(world.root)).filter((name) => name !== "storage").sort();
  const before = await outside();
  await fc.assert(
    fc.asyncProperty(names, names, shas, async (name, other, sha) => {
      const isLegal = isRepositoryName(name) && isCommitSha(sha);
      const put = store.put(name, sha, async (path) => {
        expect(isLegal).toBe(true);
        await Bun.write(path, "x");
        return { sha256: "0".repeat(64), size: 1 };
      });
      if (isLegal) await put;
      else await expect(put).rejects.toBeInstanceOf(RangeError);
      await store.rename(name, other);
      if (isCommitSha(sha)) await store.remove(name, sha);
      await store.removeRepository(other, async () => new Set());
      const entries = existsSync(base) ? await readdir(base, { recursive: true }) : [];
      for (const entry of entries)
        expect(entry).toMatch(/^[0-9a-f]{40}(?:\/(?:[0-9a-f]{40}|[0-9a-f]{64})\.tar\.zst(?:\.shasum)?)?$/i);
    }),
    { numRuns: 300 },
  );
  expect(await outside()).toEqual(before);
});

test("whatever a path says, only the commit's own files are read, and alike from the cache and the archive", async () => {
  await using world = await createWorld();
  const { source, snapshots } = world;
  const inside = "inside the commit";
  await Bun.write(join(world.root, "secret"), "outside of it");
  for (const path of ["a", "dir/a", "dir/deep/a", ".git-is-no-folder/config"]) await source.write(path, inside);
  const links = {
    up: "..",
    out: "../../../../secret",
    root: "/etc/passwd",
    here: ".",
    into: "dir/deep",
    loop: "loop",
    far: "into/../../../..",
  };
  for (const [name, target] of Object.entries(links)) await source.link(name, target);
  await source.link("dir/back", "../up/a");
  const sha = await source.commit("links");
  await snapshots.store(world.commit(sha));
  // The same commit under an id that has no cache.
  const [cached, archived] = [7, 8].map((repositoryId) => ({ repositoryId, name: "widgets", sha, maxBytes: 100 }));
  if (!cached || !archived) throw new Error("no commits");
  await cp(join(world.root, "secret"), join(world.basePath, "secret"));

  const name = fc.oneof(
    fc.constantFrom("..", ".", "", "a", "dir", "deep", "back", "secret", ".git", "config", "HEAD", "etc", "passwd", sha),
    fc.constantFrom(...Object.keys(links)),
    hostile,
  );
  const path = fc
    .tuple(fc.constantFrom("", "/", "./", "../"), fc.array(name, { maxLength: 6 }))
    .map(([start, all]) => start + all.join("/"));
  const found = { files: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(path, { minLength: 20, maxLength: 40 }), async (random) => {
      const paths = [...random, "a", "here/into/./a"];
      const [fromCache, fromArchive] = await Promise.all(
        [cached, archived].map(async (commit) => new Map(await Array.fromAsync(snapshots.eachFile(commit, paths)))),
      );
      expect(shownSorted(fromCache)).toEqual(shownSorted(fromArchive));
      for (const file of fromCache?.values() ?? []) {
        if (file.kind !== "file") continue;
        found.files++;
        expect(new TextDecoder().decode(file.bytes)).toBe(inside);
      }
    }),
    { numRuns: 25 },
  );
  expect(found.files).toBeGreaterThanOrEqual(50);
});

const shownSorted = (files: ReadonlyMap<string, SnapshotFile> | undefined) =>
  [...(files ?? [])].map(([path, file]) => JSON.stringify([path, file])).sort();

test.skipIf(process.platform !== "linux")(
  "no list of processes shows the token: neither in arguments nor in environments",
  async () => {
    await using world = await createWorld();
    await world.source.write("a", "a");
    const sha = await world.source.commit("a");
    world.server.behave("hang");
    const abort = new AbortController();
    const storing = world.snapshots.store({ ...world.commit(sha), signal: abort.signal }).catch(() => undefined);
    await eventually(() => world.server.requests.length > 0);
    const encoded = Buffer.from(`x-access-token:${token}`).toString("base64");
    expect(world.server.requests.at(-1)?.authorization).toBe(`Basic ${encoded}`);
    let fetches = 0;
    for (const id of (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry) && entry !== String(process.pid))) {
      const [command, environment] = await Promise.all(
        ["cmdline", "environ"].map((file) => readFile(`/proc/${id}/${file}`, "utf8").catch(() => "")),
      );
      if (command?.includes(world.server.remote(""))) fetches++;
      for (const form of [token, encoded]) {
        expect(command).not.toContain(form);
        expect(environment).not.toContain(form);
      }
    }
    abort.abort();
    await storing;
    expect(fetches).toBeGreaterThan(1);
  },
);
