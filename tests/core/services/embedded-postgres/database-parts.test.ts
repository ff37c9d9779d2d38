import { afterAll, describe, expect, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { loadInstallation } from "../../../../core/app/installation";
import { openDatabase } from "../../../../core/services/database/database";
import { databaseAddress } from "../../../../core/services/embedded-postgres/database-address";
import { createLogger } from "../../../../core/services/log/logger";
import { StartupError } from "../../../../core/startup-error";
import { createTestDatabase } from "../../../../testing/databases";

const log = createLogger("silent");
const database = await createTestDatabase();
const owner = openDatabase({ url: database.url, poolSize: 1, log });
const address = new URL(database.url);
const socket = {
  COCOV_DATABASE_HOST: address.searchParams.get("host") ?? "",
  COCOV_DATABASE_PORT: address.searchParams.get("port") ?? "",
};

/** A user whose name, password and database have all that means something in a URL, and who has to say the password. */
const name = `o'hara@x:y/${database.name}?#%41 é`;
const password = ` p@ss:/?#[]&%41"'\\é `;

const [hba] = await owner.sql<{ file: string }[]>`SELECT current_setting('hba_file') AS file`;
const rules = await readFile(hba?.file ?? "", "utf8");
await owner.sql.unsafe(`CREATE ROLE "${name}" LOGIN PASSWORD '${password.replaceAll("'", "''")}'`);
await owner.sql.unsafe(`CREATE DATABASE "${name}" OWNER "${name}"`);
await useRules(`local all "${name}" scram-sha-256\n${rules}`);

afterAll(async () => {
  await useRules(rules);
  await owner.sql.unsafe(`DROP DATABASE "${name}" WITH (FORCE)`);
  await owner.sql.unsafe(`DROP ROLE "${name}"`);
  await owner.close();
  await database.drop();
});

/** The server asks new connections by the new rules after a moment. */
async function useRules(text: string): Promise<void> {
  await writeFile(hba?.file ?? "", text);
  const [before] = await owner.sql<{ at: Date }[]>`SELECT pg_conf_load_time() AS at FROM pg_reload_conf()`;
  for (;;) {
    const [now] = await owner.sql<{ at: Date }[]>`SELECT pg_conf_load_time() AS at`;
    if (now?.at.getTime() !== before?.at.getTime()) return;
    await Bun.sleep(10);
  }
}

async function settingsFor(env: Record<string, string>) {
  return (await loadInstallation({ env, config: {} })).settings;
}

async function mistakes(env: Record<string, string>): Promise<readonly string[]> {
  try {
    await settingsFor(env);
    return [];
  } catch (error) {
    if (error instanceof StartupError) return error.problems;
    throw error;
  }
}

/** @returns who the server says is connected, and to what */
async function connected(env: Record<string, string>): Promise<unknown> {
  const db = openDatabase({ url: (await urlFor(env)) ?? "", poolSize: 1, log });
  try {
    return (await db.sql`SELECT current_user::text AS who, current_database()::text AS what`)[0];
  } finally {
    await db.close();
  }
}

async function urlFor(env: Record<string, string>): Promise<string | undefined> {
  const address = databaseAddress(await settingsFor(env));
  return "url" in address ? address.url : undefined;
}

describe("a database whose address is given in parts", () => {
  const user = { ...socket, COCOV_DATABASE_USERNAME: name, COCOV_DATABASE_NAME: name };

  test("is connected to, whatever letters names and password have", async () => {
    expect(await connected({ ...user, COCOV_DATABASE_PASSWORD: password })).toEqual({ who: name, what: name });
    await expect(connected({ ...user, COCOV_DATABASE_PASSWORD: password.trim() })).rejects.toThrow(
      "password authentication failed",
    );
  });

  test("is called like its user, and listens where PostgreSQL usually does, unless told otherwise", async () => {
    const env = { COCOV_DATABASE_HOST: "db.example.org", COCOV_DATABASE_USERNAME: "ada", COCOV_DATABASE_PASSWORD: "a/b" };
    expect(await urlFor(env)).toBe("postgres://ada:a%2Fb@db.example.org:5432/");
    expect(await connected({ ...socket, COCOV_DATABASE_USERNAME: name, COCOV_DATABASE_PASSWORD: password })).toEqual({
      who: name,
      what: name,
    });
  });

  test("is the one of the URL when there is one", async () => {
    expect(await urlFor({ ...user, COCOV_DATABASE_URL: database.url })).toBe(database.url);
  });

  test("is refused without its host, never replaced by an embedded one", async () => {
    expect(await mistakes({ COCOV_DATABASE_NAME: "cocov", COCOV_DATABASE_PASSWORD: "hunter2" })).toEqual([
      "COCOV_DATABASE_NAME, COCOV_DATABASE_PASSWORD are set, but COCOV_DATABASE_HOST isn't. Set it, or COCOV_DATABASE_URL instead of all parts; for the embedded database unset them all.",
    ]);
    expect((await mistakes({ COCOV_DATABASE_PORT: "5432" }))[0]).toStartWith("COCOV_DATABASE_PORT is set, but");
  });

  test("is refused with a host that can't be one", async () => {
    expect(await mistakes({ COCOV_DATABASE_HOST: "u:p@db/x" })).toHaveLength(1);
  });
});

test("without any part there is no address", () => {
  expect(databaseAddress({ databaseUrl: undefined })).toEqual({ url: undefined });
});
