import { expect, setDefaultTimeout, test } from "bun:test";
import { createCipheriv, generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { createCipher } from "../../../core/services/cipher/cipher";
import { json } from "../../../testing/factories";
import { type TestPlatform, useTestPlatform } from "../../../testing/test-platform";
import { runToEnd, startCommand } from "../../support/command";

setDefaultTimeout(60_000);

const [oldest, former, next] = ["0".repeat(32), "1".repeat(32), "2".repeat(32)] as const;
const idOf = (key: string) => new Bun.CryptoHasher("sha256").update(key).digest("hex").slice(0, 8);
const platform = await useTestPlatform({
  env: { COCOV_CRYPTOGRAPHIC_KEY: former, COCOV_CRYPTOGRAPHIC_PREVIOUS_KEYS: oldest },
});
const { db } = platform;
const admin = await platform.admin();

interface Rotation {
  current: string;
  previous: { key: string; needed: boolean }[];
  columns: { table: string; column: string; rotated: number; unreadable: number; keys: Record<string, number> }[];
}

const environment = (key: string, previous: readonly string[]) => ({
  COCOV_DATABASE_URL: platform.databaseUrl,
  COCOV_DATA_DIR: platform.dataDir,
  COCOV_CRYPTOGRAPHIC_KEY: key,
  COCOV_CRYPTOGRAPHIC_PREVIOUS_KEYS: previous.join(","),
});
async function rotate(
  key: string,
  previous: readonly string[],
): Promise<{ exitCode: number | null; said: Rotation; stderr: string }> {
  const { exitCode, stdout, stderr } = await runToEnd("rotate-keys", { args: ["--json"], env: environment(key, previous) });
  if (stdout === "") throw new Error(stderr);
  return { exitCode, said: JSON.parse(stdout), stderr };
}
const send = (on: TestPlatform, method: string, path: string, body?: unknown) =>
  on.request(method, path, { token: admin, body });
const secret = async (name: string, data: string) =>
  await json<{ id: number }>(await send(platform, "POST", "/v1/secrets", { name, data }), 201);
/** @returns every secret's data, read by whoever has only this key */
async function readAll(key: string): Promise<Record<string, string>> {
  const cipher = createCipher(key);
  const rows = await db.sql<{ name: string; data: Buffer }[]>`SELECT name::text, secure_data AS data FROM secrets ORDER BY id`;
  const read = rows.map(
    ({ name, data }) => [name, cipher.decrypt(data, `secrets.secure_data:organization:${name.toLowerCase()}`)] as const,
  );
  return Object.fromEntries(read);
}
const column = ({ columns }: Rotation, table: string) => columns.find((one) => one.table === table);

test("everything is encrypted anew, whatever form it had, and the command says which keys can go", async () => {
  await secret("ONE", "first");
  await platform.signIn("ada");
  await send(platform, "POST", "/auth/begin", { redirect: "https://ui.example.org" });
  const key = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  await json(await send(platform, "POST", "/v1/private_keys", { name: "deploy", key }), 201);
  // As an earlier installation wrote it, under the oldest key.
  const form1 = Buffer.concat([Buffer.from([0x10]), Buffer.alloc(16, 0xab), cbc(oldest, "from long ago")]);
  await db.sql`INSERT INTO secrets (scope, name, secure_data, owner_id) SELECT 'organization', 'OLD', ${form1}, min(id) FROM users`;

  const { exitCode, said, stderr } = await rotate(next, [former, oldest]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(said.current).toBe(idOf(next));
  expect(said.previous).toEqual([former, oldest].map((one) => ({ key: idOf(one), needed: false })));
  expect(column(said, "secrets")).toMatchObject({ rotated: 2, unreadable: 0, keys: { [idOf(next)]: 2 } });
  expect(column(said, "private_keys")).toMatchObject({ rotated: 1 });
  expect(column(said, "users")?.rotated).toBe(2);
  expect(column(said, "pending_sign_ins")?.rotated).toBeGreaterThan(0);
  expect(await readAll(next)).toEqual({ ONE: "first", OLD: "from long ago" });
  const [entry] = await db.sql`SELECT action, subject_name AS name FROM audit_log ORDER BY id DESC LIMIT 1`;
  expect(entry).toEqual({ action: "keys.rotated", name: `key ${idOf(next)}` });
  expect(JSON.stringify(said) + stderr).not.toContain(next);

  const again = await rotate(next, [former]);
  expect(again.said.columns.map(({ rotated }) => rotated)).toEqual(again.said.columns.map(() => 0));
});

test("a value that no key reads stays, is counted, and keeps the previous keys", async () => {
  await secret("LOST", "whose key is gone");
  await db.sql`UPDATE secrets SET secure_data = overlay(secure_data PLACING '\\x00000000' FROM 2 FOR 4) WHERE name = 'LOST'`;
  const { exitCode, said } = await rotate(next, [former]);
  expect(exitCode).toBe(1);
  expect(column(said, "secrets")).toMatchObject({ unreadable: 1, keys: { "00000000": 1 } });
  const told = await runToEnd("rotate-keys", { env: environment(next, [former]) });
  expect(told.stdout).toContain("1 can't be read under any of the keys");
  expect(told.stdout).not.toContain(former);
  await db.sql`DELETE FROM secrets WHERE name = 'LOST'`;
});

test("killed in the middle and run again while secrets are written, nothing is lost", async () => {
  await db.sql`DELETE FROM secrets`;
  const expected: Record<string, string> = {};
  for (let n = 0; n < 12; n++) {
    expected[`S${n}`] = `data ${n}`;
    await secret(`S${n}`, `data ${n}`);
  }
  // So many that a run takes a while.
  const cipher = createCipher(former);
  const many = Array.from({ length: 6000 }, (_, n) => `N${n}`);
  const stored = many.map((name) =>
    cipher.encrypt(name, `secrets.secure_data:organization:${name.toLowerCase()}`).toString("hex"),
  );
  await db.sql`
    INSERT INTO secrets (scope, name, secure_data, owner_id)
    SELECT 'organization', name, decode(data, 'hex'), (SELECT min(id) FROM users)
      FROM unnest(${many}::text[], ${stored}::text[]) AS n (name, data)`;
  for (const name of many) expected[name] = name;
  let writing = true;
  const writer = (async () => {
    for (let n = 0; writing; n = (n + 1) % 12) {
      const [row] = await db.sql`SELECT id FROM secrets WHERE name = ${`S${n}`}`;
      expected[`S${n}`] = `changed ${crypto.randomUUID()}`;
      await json(await send(platform, "PATCH", `/v1/secrets/${row?.id}`, { data: expected[`S${n}`] }), 200);
    }
  })();
  const rotated = async () => {
    const [row] = await db.sql<{ count: number }[]>`
      SELECT count(*)::int AS count FROM secrets WHERE encode(substring(secure_data FROM 2 FOR 4), 'hex') = ${idOf(next)}`;
    return row?.count ?? 0;
  };
  for (const least of fc.sample(fc.integer({ min: 1, max: 1500 }), 2).sort((a, b) => a - b)) {
    const before = await rotated();
    const running = startCommand("rotate-keys", { env: environment(next, [former]) });
    while ((await rotated()) < before + least) await Bun.sleep(1);
    running.signal("SIGKILL");
    expect((await running.ended).exitCode).toBeNull();
    expect(await rotated()).toBeLessThan(6012);
  }
  // Those that write under the former key stop before the last run, as the description says.
  writing = false;
  await writer;
  const { exitCode, said } = await rotate(next, [former]);
  expect(exitCode).toBe(0);
  expect(said.previous).toEqual([{ key: idOf(former), needed: false }]);
  expect(await readAll(next)).toEqual(expected);
});

test("without the previous keys afterwards, the platform reads what there is", async () => {
  const { stdout } = await runToEnd("console", {
    env: environment(next, []),
    stdin:
      "const [row] = await sql`select github_id from users order by id limit 1`; console.log('token', (await users.gitHubToken(db, 1)) !== null, row.github_id > 0)",
  });
  expect(stdout).toContain("token true true");
});

/** AES-256-CBC under the characters of a key, as form 1 has it. */
function cbc(key: string, text: string): Buffer {
  const cipher = createCipheriv("aes-256-cbc", Buffer.from(key, "ascii"), Buffer.alloc(16, 0xab));
  return Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
}
