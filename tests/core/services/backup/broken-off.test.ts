import { expect, setDefaultTimeout, test } from "bun:test";
import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runToEnd, startCommand } from "../../../support/command";
import { backUp, query, restore, scratchFolder } from "./backups";
import { shelfWorld } from "./world/shelf";

setDefaultTimeout(60_000);

const folder = await scratchFolder();
const { env, databaseUrl } = await shelfWorld();
const file = join(folder, "shelf.tar.zst");
const migrations = join(dirname(env.COCOV_CONFIG ?? ""), "shelf", "migrations");
const place = async () => {
  const { databaseUrl: url, env: other } = await shelfWorld();
  return { url, env: { ...env, COCOV_DATABASE_URL: url, COCOV_DATA_DIR: other.COCOV_DATA_DIR } };
};

await runToEnd("migrate", { env });
await query(
  databaseUrl,
  `INSERT INTO shelf (name) VALUES ('one'), ('two'), ('gone'); INSERT INTO shelf (name, parent_id) VALUES (E'tab\\there\\n\\\\N', 3);
   UPDATE shelf SET parent_id = 4 WHERE id = 1; ALTER TABLE shelf DISABLE TRIGGER USER;
   INSERT INTO shelf (name, kind) VALUES ('before the rule', 'other'); ALTER TABLE shelf ENABLE TRIGGER USER`,
);

test("what plugins keep outside takes part, and rows come back whatever triggers and rules would say to them", async () => {
  const said = await backUp(env, file);
  expect(said).toMatchObject({ good: true, outside: [{ name: "shelf", items: 2, gone: 3 }] });
  const { env: there, url } = await place();
  expect(await restore(there, file)).toMatchObject({ outside: [{ name: "shelf", restored: 2, missing: 3, damaged: 0 }] });
  const rows = "SELECT * FROM shelf ORDER BY id";
  expect(await query(url, rows)).toEqual(await query(databaseUrl, rows));
  expect(await query(url, "INSERT INTO shelf (name) VALUES ('next') RETURNING id")).toEqual([{ id: "6" }]);
  await expect(query(url, "INSERT INTO shelf (name, kind) VALUES ('x', 'other')")).rejects.toThrow("no");
  // Again, over what is there: types and functions included.
  expect(await restore(there, file, { force: true })).toMatchObject({ outside: [{ restored: 2 }] });
});

test("a restore that is killed leaves a mark, on which nothing starts, and which the next restore takes away", async () => {
  const { env: there } = await place();
  const killed = startCommand("restore", { args: [file], env: { ...there, PUT: "hangs" } });
  await killed.printed("putting back");
  const meanwhile = await restore(there, file);
  expect(meanwhile.refusal).toContain("Stop every process");
  killed.signal("SIGKILL");
  await killed.ended;

  const [start, doctor, backup] = await Promise.all([
    runToEnd("start", { env: there }),
    runToEnd("doctor", { args: ["--json"], env: there }),
    runToEnd("backup", { args: [join(folder, "half.tar.zst")], env: there }),
  ]);
  expect(start.exitCode).toBe(1);
  expect(start.stderr).toContain(`The restore of ${file} into this database`);
  expect(JSON.parse(doctor.stdout).checks).toContainEqual(expect.objectContaining({ name: "database", state: "failing" }));
  expect(backup).toMatchObject({ exitCode: 1, stdout: "" });
  expect(backup.stderr).toContain("hasn't ended: there is nothing whole to back up");

  expect(await restore(there, file)).toMatchObject({ outside: [{ restored: 2 }] });
  expect((await runToEnd("migrate", { args: ["--status"], env: there })).exitCode).toBe(0);
});

test("a restore that is told to end does so with everything as it was before, or the mark", async () => {
  const { env: there } = await place();
  const ended = startCommand("restore", { args: [file], env: { ...there, PUT: "hangs", COCOV_SHUTDOWN_SECONDS: "1" } });
  await ended.printed("putting back");
  ended.signal("SIGTERM");
  expect((await ended.ended).exitCode).toBe(1);
  expect((await runToEnd("start", { env: there })).stderr).toContain("hasn't ended");
});

test("a backup of an older version is migrated; one of a newer version is refused", async () => {
  const later = join(migrations, "0002_add_colour.sql");
  await writeFile(later, "ALTER TABLE shelf ADD COLUMN colour text NOT NULL DEFAULT 'red';");
  const { env: there, url } = await place();
  expect(await restore(there, file)).toMatchObject({ migrated: ["shelf/0002_add_colour.sql"] });
  expect(await query(url, "SELECT DISTINCT colour FROM shelf")).toEqual([{ colour: "red" }]);
  const newer = join(folder, "newer.tar.zst");
  await backUp(there, newer);
  await rm(later);
  expect((await restore((await place()).env, newer)).refusal).toContain("shelf/0002_add_colour.sql");
});

test("an embedded database gets the key that a backup brings, and keeps the one it had", async () => {
  const secret = join(folder, "with-key.tar.zst");
  expect(await backUp(env, secret, { withKey: true })).toMatchObject({ hasKeys: true });
  const dataDir = join(folder, "embedded");
  const embedded = { ...env, COCOV_DATABASE_URL: undefined, COCOV_CRYPTOGRAPHIC_KEY: undefined, COCOV_DATA_DIR: dataDir };
  await chmod(folder, 0o755);
  expect(await restore(embedded, secret)).toMatchObject({ outside: [{ restored: 2 }] });
  expect((await backUp(embedded, join(folder, "of-embedded.tar.zst"))).good).toBe(true);
  expect(await readFile(join(dataDir, "cryptographic.key"), "utf8")).toMatch(/^[0-9a-f]{32}$/);
});
