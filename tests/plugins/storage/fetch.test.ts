import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { startGitServer } from "./git-server";
import { commandLines, eventually } from "./processes";
import { run } from "./source-repository";
import { createWorld, type StorageWorld, token } from "./storage-world";

setDefaultTimeout(60_000);

const encodedToken = Buffer.from(`x-access-token:${token}`).toString("base64");

async function failureOf(promise: Promise<unknown>): Promise<Error & { reason?: string }> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error("It didn't fail");
  return error;
}

/** All files below the storage folders, with those of cached repositories only if they are drafts, locks or packs in the making. */
async function leftovers({ basePath, root }: StorageWorld): Promise<string[]> {
  const stored = existsSync(basePath) ? await readdir(basePath, { recursive: true }) : [];
  const everything = await readdir(root, { recursive: true });
  return [...stored.filter((name) => name.includes(".")), ...everything.filter((name) => /tmp|\.lock$/.test(name))];
}

/** Command lines of git and its helpers that are fetching from the world's server. */
async function fetchesOf(world: StorageWorld): Promise<string[]> {
  return (await commandLines()).filter((line) => line.includes(world.server.remote("widgets")));
}

async function firstCommit(world: StorageWorld): Promise<string> {
  await world.source.write("a.txt", "a");
  for (let i = 0; i < 120; i++) await world.source.write(`many/${i}`, String(i)); // enough for git to keep the pack as it is
  await world.source.write("noise", crypto.getRandomValues(new Uint8Array(40_000)));
  return world.source.commit("first");
}

test("fetches only what changed since the commits it has", async () => {
  await using world = await createWorld();
  for (let i = 0; i < 200; i++) await world.source.write(`src/${i}.bin`, crypto.getRandomValues(new Uint8Array(2_000)));
  await world.snapshots.store(world.commit(await world.source.commit("first")));
  const whole = world.server.takePackBytes();

  await world.source.write("src/0.bin", "changed");
  const second = await world.source.commit("second");
  await world.snapshots.store(world.commit(second));
  const delta = world.server.takePackBytes();

  expect(whole).toBeGreaterThan(400_000);
  expect(delta).toBeLessThan(whole / 20);
  expect(await world.snapshots.exists("widgets", second)).toBe(true);
});

test("fetches a commit without its history", async () => {
  await using world = await createWorld();
  await firstCommit(world);
  await world.source.git("rm", "--quiet", "noise");
  await world.snapshots.store(world.commit(await world.source.commit("second")));
  expect(world.server.takePackBytes()).toBeLessThan(10_000);
});

test("asks the server nothing when the commit is in the cache", async () => {
  await using world = await createWorld();
  const sha = await firstCommit(world);
  await world.snapshots.store(world.commit(sha));
  await world.snapshots.remove("widgets", sha);
  const asked = world.server.requests.length;
  await world.snapshots.store(world.commit(sha));
  expect(world.server.requests).toHaveLength(asked);
  expect(await world.snapshots.exists("widgets", sha)).toBe(true);
});

test("shows the token to the server alone: not in arguments, files or logs", async () => {
  await using world = await createWorld();
  const sha = await firstCommit(world);
  world.server.behave("hang");
  const abort = new AbortController();
  const storing = world.snapshots.store({ ...world.commit(sha), signal: abort.signal }).catch((error: unknown) => error);
  await eventually(() => world.server.requests.length > 0);
  const fetches = await fetchesOf(world);
  abort.abort();
  await storing;
  world.server.behave("serve");
  await world.snapshots.store(world.commit(sha));

  expect(fetches.length).toBeGreaterThan(0);
  expect(world.server.requests.at(-1)?.authorization).toBe(`Basic ${encodedToken}`);
  const written = await run(["grep", "-rlE", `${token}|${encodedToken}`, world.basePath, world.cachePath], "/").catch(() => "");
  expect(written).toBe("");
  for (const text of [...fetches, ...world.logged]) {
    expect(text).not.toContain(token);
    expect(text).not.toContain(encodedToken);
  }
});

test("doesn't follow the server to another one, which would get the token", async () => {
  await using world = await createWorld();
  const sha = await firstCommit(world);
  const other = startGitServer(join(world.root, "served"), null);
  try {
    world.server.behave({ redirectTo: other.remote("").slice(0, -1) });
    expect((await failureOf(world.snapshots.store(world.commit(sha)))).reason).toBe("not_found");
    expect(other.requests).toEqual([]);
  } finally {
    await other.stop();
  }
});

test.each([
  [400, "unavailable"],
  [401, "denied"],
  [403, "denied"],
  [404, "not_found"],
  [418, "unavailable"],
  [429, "unavailable"],
  [500, "unavailable"],
  [503, "unavailable"],
])("tells from the server's %d that it is %s, and leaves nothing behind", async (status, reason) => {
  await using world = await createWorld();
  const sha = await firstCommit(world);
  world.server.behave({ status });
  const error = await failureOf(world.snapshots.store(world.commit(sha)));
  expect(error.reason).toBe(reason);
  expect(error.message).not.toContain(token);
  expect(error.message).not.toContain(encodedToken);
  expect(await leftovers(world)).toEqual([]);
});

test("tells that the server can't be reached", async () => {
  await using world = await createWorld();
  const sha = await firstCommit(world);
  await world.server.stop();
  expect((await failureOf(world.snapshots.store(world.commit(sha)))).reason).toBe("unavailable");
});

test("tells that the token is refused", async () => {
  await using world = await createWorld();
  const sha = await firstCommit(world);
  const error = await failureOf(world.snapshots.store({ ...world.commit(sha), token: "ghs_expired" }));
  expect(error.reason).toBe("denied");
  expect(error.message).not.toContain("ghs_expired");
});

test("tells that the repository doesn't have the commit", async () => {
  await using world = await createWorld();
  await firstCommit(world);
  const error = await failureOf(world.snapshots.store(world.commit("c".repeat(40))));
  expect(error.reason).toBe("no_such_commit");
  expect(await leftovers(world)).toEqual([]);
});

test.each(["hang", "stall in the pack"] as const)("gives up on a server that does this: %s", async (behaviour) => {
  await using world = await createWorld({ fetchMs: 1_500 });
  const sha = await firstCommit(world);
  world.server.behave(behaviour);
  const error = await failureOf(world.snapshots.store(world.commit(sha)));
  expect(error.reason).toBe("timeout");
  expect(error.message).toContain("1.5 seconds");
  expect(await leftovers(world)).toEqual([]);
  await eventually(async () => (await fetchesOf(world)).length === 0);
});

test("gives up on a connection that carries nothing for too long", async () => {
  await using world = await createWorld({ stallSeconds: 1 });
  const sha = await firstCommit(world);
  world.server.behave("stall in the pack");
  expect((await failureOf(world.snapshots.store(world.commit(sha)))).reason).toMatch(/timeout|unavailable/);
});

test("stops at once when it is aborted in the middle of a pack, with git and its helpers", async () => {
  await using world = await createWorld();
  const sha = await firstCommit(world);
  world.server.behave("stall in the pack");
  const abort = new AbortController();
  const storing = failureOf(world.snapshots.store({ ...world.commit(sha), signal: abort.signal }));
  await eventually(() => world.server.takePackBytes() > 5_000);
  abort.abort(new Error("shutting down"));

  expect((await storing).message).toBe("shutting down");
  expect(await leftovers(world)).toEqual([]);
  await eventually(async () => (await fetchesOf(world)).length === 0);
  world.server.behave("serve");
  await world.snapshots.store(world.commit(sha));
  expect(await world.snapshots.exists("widgets", sha)).toBe(true);
});

test("starts nothing for a signal that is aborted already", async () => {
  await using world = await createWorld();
  const sha = await firstCommit(world);
  const signal = AbortSignal.abort(new Error("too late"));
  expect((await failureOf(world.snapshots.store({ ...world.commit(sha), signal }))).message).toBe("too late");
  expect(world.server.requests).toEqual([]);
});

test("gets over the lock of a fetch that was killed", async () => {
  await using world = await createWorld();
  await world.snapshots.store(world.commit(await firstCommit(world)));
  const lock = join(world.cachePath, "7", "sha1", "shallow.lock");
  await Bun.write(lock, "");
  const longAgo = new Date(Date.now() - 3_600_000);
  await utimes(lock, longAgo, longAgo);
  await world.source.write("a.txt", "b");
  const second = await world.source.commit("second");
  await world.snapshots.store(world.commit(second));
  expect(await world.snapshots.exists("widgets", second)).toBe(true);
});

test("gets over the lock on a commit's name of a fetch that was killed", async () => {
  await using world = await createWorld();
  const sha = await firstCommit(world);
  await mkdir(join(world.cachePath, "7", "sha1", "refs", "cocov"), { recursive: true });
  const lock = join(world.cachePath, "7", "sha1", "refs", "cocov", `${sha}.lock`);
  await Bun.write(lock, "");
  const longAgo = new Date(Date.now() - 3_600_000);
  await utimes(lock, longAgo, longAgo);
  await world.snapshots.store(world.commit(sha));
  expect(await world.snapshots.exists("widgets", sha)).toBe(true);
});

test("forgets the oldest commits of the cache, not the one just stored", async () => {
  await using world = await createWorld();
  const shas: string[] = [];
  for (let i = 0; i < 34; i++) {
    await world.source.write("a.txt", String(i));
    await world.source.git("add", "--all");
    await world.source.git(
      "-c",
      `user.name=Dev`,
      "commit",
      "--quiet",
      "--message",
      String(i),
      "--date",
      `${1_600_000_000 + i}`,
    );
    shas.push(await world.source.git("rev-parse", "HEAD"));
  }
  for (const sha of shas) await world.snapshots.store(world.commit(sha));
  const cached = join(world.cachePath, "7", "sha1");
  const refs = (await run(["git", "--git-dir", cached, "for-each-ref", "--format=%(refname)"], "/")).split("\n");
  expect(refs).toHaveLength(32);
  expect(refs).toContain(`refs/cocov/${shas.at(-1)}`);
});

test("takes no notice of the machine's and the user's git configuration", async () => {
  await using world = await createWorld();
  const home = join(world.root, "home");
  await mkdir(home);
  await Bun.write(join(home, ".gitconfig"), '[url "http://127.0.0.1:1/"]\n\tinsteadOf = http://\n[tar]\n\tumask = 0777\n');
  const before = process.env.HOME;
  process.env.HOME = home;
  try {
    await world.snapshots.store(world.commit(await firstCommit(world)));
  } finally {
    process.env.HOME = before;
  }
  expect(world.server.takePackBytes()).toBeGreaterThan(0);
});

test.each(["file:///etc", "ext::sh -c id", "--upload-pack=id", "http://user:pass@localhost/x", "ssh://localhost/x", ""])(
  "doesn't fetch from %p",
  async (remoteUrl) => {
    await using world = await createWorld();
    const error = await failureOf(world.snapshots.store({ ...world.commit("a".repeat(40)), remoteUrl }));
    expect(error).toBeInstanceOf(RangeError);
    expect(existsSync(world.cachePath)).toBe(false);
  },
);
