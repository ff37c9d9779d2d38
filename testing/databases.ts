import postgres from "postgres";
import { readConnectionUrl, withDatabase } from "../core/services/database/connection-options";
import { testServer } from "./test-server";

/** A database of one test's own. */
export type TestDatabase = { url: string; name: string; drop(): Promise<void> };

/** Started while the importing file loads, when no test's or hook's time runs yet. */
const server = await testServer();

const templates = new Map<string, Promise<void>>();
let made = 0;

/**
 * Makes an empty database, or a copy of a template, on the test run's server.
 * @param options.template name given to {@link ensureTemplate} before
 */
export async function createTestDatabase({ template }: { template?: string } = {}): Promise<TestDatabase> {
  made += 1;
  const name = `test_${process.pid}_${made}`;
  await maintain((sql) => sql`CREATE DATABASE ${sql(name)} TEMPLATE ${sql(template ?? "template0")}`);
  return {
    url: withDatabase(server.url, name),
    name,
    drop: async () => {
      await maintain((sql) => sql`DROP DATABASE IF EXISTS ${sql(name)} WITH (FORCE)`);
    },
  };
}

/**
 * Makes a template database once per test run.
 * @param name letters, digits and underscores
 * @param build fills the empty database; its connections must be closed when it resolves, because a database in use can't be copied
 */
export function ensureTemplate(name: string, build: (url: string) => Promise<void>): Promise<void> {
  const present = templates.get(name);
  if (present !== undefined) return present;
  const building = buildTemplate(name, build);
  templates.set(name, building);
  return building;
}

async function buildTemplate(name: string, build: (url: string) => Promise<void>): Promise<void> {
  await maintain((sql) => sql`CREATE DATABASE ${sql(name)} TEMPLATE template0`);
  await build(withDatabase(server.url, name));
  await maintain((sql) => sql`ALTER DATABASE ${sql(name)} WITH ALLOW_CONNECTIONS false`);
  await maintain((sql) => sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name}`);
}

/** Sends a statement that needs a connection to no database in particular. */
async function maintain(statement: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const { url, address } = readConnectionUrl(server.url);
  const sql = postgres(url, { ...address, max: 1, fetch_types: false, onnotice: () => undefined });
  try {
    await statement(sql);
  } finally {
    await sql.end();
  }
}
