import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repositoryFolder } from "../../../../plugins/storage/names";
import { createTestDatabase } from "../../../../testing/databases";
import { json } from "../../../../testing/factories";
import { startTestServer, testEnvironment } from "../../../../testing/server";
import { useTestPlatform } from "../../../../testing/test-platform";
import { backUp, firstEntry, query, restore, scratchFolder, withHead } from "./backups";

setDefaultTimeout(60_000);

const platform = await useTestPlatform();
const folder = await scratchFolder();
const source = testEnvironment(platform.databaseUrl, platform.dataDir);
const archive = (sha: string, dataDir = platform.dataDir) =>
  join(dataDir, "git_storage", repositoryFolder("shop"), `${sha}.tar.zst`);
const addSecret = async (name: string, data = "x") =>
  await json(await platform.request("POST", "/v1/secrets", { token: await platform.admin(), body: { name, data } }), 201);

const { onGitHub } = await platform.createRepository({ name: "shop", files: { "README.md": "# Shop\n" } });
const lost = await platform.push(onGitHub, { files: { "a.txt": "lost\n" } });
const damaged = await platform.push(onGitHub, { files: { "a.txt": "damaged\n" } });
const kept = await platform.push(onGitHub, { files: { "a.txt": "kept\n" } });
await addSecret("PIN");

/** An empty database and folder, and what makes the platform use them. */
async function emptyPlace(more: Record<string, string> = {}) {
  const database = await createTestDatabase();
  afterAll(() => database.drop());
  const dataDir = join(folder, database.name);
  return { database, dataDir, env: testEnvironment(database.url, dataDir, more) };
}

const file = join(folder, "first.tar.zst");

test("a backup is made while the platform writes, and tells of what is gone or damaged", async () => {
  await rm(archive(lost.sha));
  await writeFile(archive(damaged.sha), "not what it was");
  let writing = true;
  const writes = (async () => {
    for (let n = 0; writing; n++) await addSecret(`S${n}`);
  })();
  const said = await backUp(source, file);
  writing = false;
  await writes;
  expect(said).toMatchObject({ exitCode: 0, file, good: true, hasKeys: false, problems: [], notes: [] });
  const [outside] = said.outside;
  expect(outside).toMatchObject({ name: "storage", copied: true, items: 3, gone: 1, damaged: 1 });
  expect(outside.examples.toSorted()).toEqual([`shop/${damaged.sha} (damaged)`, `shop/${lost.sha} (gone)`].toSorted());
  expect(said.keys[0].values).toBeGreaterThan(0);
  expect(await readdir(folder)).toEqual(["first.tar.zst"]);
});

test("restored into an empty place all is there: rows, sequences, rules of tables, archives; and the platform runs on it", async () => {
  const { database, dataDir, env } = await emptyPlace();
  expect(await restore(env, file)).toMatchObject({
    migrated: [],
    unreadable: [],
    notes: [],
    outside: [{ name: "storage", restored: 2, missing: 1, damaged: 1 }],
  });
  expect(await Bun.file(archive(kept.sha, dataDir)).bytes()).toEqual(await Bun.file(archive(kept.sha)).bytes());
  const checksum = (dir?: string) => Bun.file(`${archive(kept.sha, dir)}.shasum`).text();
  expect(await checksum(dataDir)).toBe(await checksum());
  expect(await Bun.file(archive(damaged.sha, dataDir)).exists()).toBe(false);

  const rules = `SELECT c.conname, c.convalidated, pg_get_constraintdef(c.oid) AS text FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
     WHERE t.relnamespace = 'public'::regnamespace ORDER BY 1, 3`;
  expect(await query(database.url, rules)).toEqual(await query(platform.databaseUrl, rules));
  await expect(query(database.url, "DELETE FROM audit_log")).rejects.toThrow("audit");
  const server = await startTestServer({ databaseUrl: database.url, dataDir, env: platform.github.environment() });
  try {
    const token = await platform.admin();
    const { secrets } = await json<{ secrets: { name: string }[] }>(await server.request("GET", "/v1/secrets", { token }), 200);
    expect(secrets.map(({ name }) => name)).toContain("PIN");
    // With a number that wasn't given out before.
    await json(await server.request("POST", "/v1/secrets", { token, body: { name: "NEW", data: "x" } }), 201);
  } finally {
    await server.stop();
  }
});

test("what isn't empty is replaced with --force only; what else the database has stays, and keys that are missing must be allowed to", async () => {
  const { database, env } = await emptyPlace({ COCOV_CRYPTOGRAPHIC_KEY: "f".repeat(32) });
  expect((await restore(env, file)).refusal).toMatch(
    /^The backup needs the keys [0-9a-f]{8}; configured are [0-9a-f]{8}\. Set COCOV_CRYPTOGRAPHIC_KEY/,
  );
  const { unreadable } = await restore(env, file, { withoutKeys: true });
  expect(unreadable.join()).toMatch(/secrets\.secure_data under the key [0-9a-f]{8} can't be read/);
  const blind = await backUp(env, join(folder, "blind.tar.zst"));
  expect(blind).toMatchObject({ exitCode: 1, good: false });
  expect(blind.problems.join()).toContain("COCOV_CRYPTOGRAPHIC_PREVIOUS_KEYS");

  const known = { ...env, COCOV_CRYPTOGRAPHIC_PREVIOUS_KEYS: source.COCOV_CRYPTOGRAPHIC_KEY };
  expect((await restore(known, file)).refusal).toMatch(
    /^The database isn't empty: there are rows in .*\brepositories\b.*--force/,
  );
  await query(database.url, "CREATE TABLE others_own (id int); UPDATE repositories SET description = 'since'");
  expect(await restore(known, file, { force: true })).toMatchObject({ unreadable: [] });
  expect(await query(database.url, "SELECT description FROM repositories")).toEqual([{ description: null }]);
  expect(await query(database.url, "SELECT * FROM others_own")).toEqual([]);
});

test("nothing is touched under a running platform, nor for what is damaged, cut off, newer, or no backup", async () => {
  expect((await restore(source, file, { force: true })).refusal).toMatch(/processes are open\. Stop every process/);

  const { database, env } = await emptyPlace();
  const bytes = await Bun.file(file).bytes();
  const other = join(folder, "other");
  for (const at of [0, 20, Math.floor(bytes.length / 2), bytes.length - 1]) {
    await writeFile(other, bytes.with(at, (bytes[at] ?? 0) ^ 0xff));
    expect((await restore(env, other)).refusal).toContain("can't be read as a backup");
  }
  for (const length of [0, 10, Math.floor(bytes.length / 2), bytes.length - 1]) {
    await writeFile(other, bytes.subarray(0, length));
    expect((await restore(env, other)).refusal).toContain("can't be read as a backup");
  }
  await withHead(file, other, (head) => ({ ...head, platform: "99.0.0" }));
  expect((await restore(env, other)).refusal).toContain("was made by version 99.0.0, which is newer than this one");
  const [first] = JSON.parse(await firstEntry(file)).migrations;
  await withHead(file, other, (head) => ({ ...head, migrations: [{ ...first, checksum: "0" }, ...head.migrations.slice(1)] }));
  expect((await restore(env, other)).refusal).toContain("migrations that this version doesn't have: core/0001_");
  expect((await restore(env, join(folder, "nowhere"))).refusal).toContain("There is no file");
  expect(
    await query(database.url, "SELECT FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"),
  ).toEqual([]);
});

test("with --storage list a backup only says which archives there are, and a restore finds those that are still there", async () => {
  const listed = join(folder, "listed.tar.zst");
  expect((await backUp(source, listed, { storage: "list" })).outside).toMatchObject([{ copied: false, items: 3, gone: 1 }]);
  const { env } = await emptyPlace({ COCOV_GIT_SERVICE_LOCAL_STORAGE_PATH: join(platform.dataDir, "git_storage") });
  expect((await restore(env, listed)).outside).toEqual([{ name: "storage", restored: 3, missing: 1, damaged: 0 }]);
  await expect(backUp(source, listed, { storage: "all" })).rejects.toThrow('--storage: found "all", accepted is copy or list.');
});
