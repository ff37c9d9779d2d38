import postgres from "postgres";
import { clusterUser } from "./cluster";

/** The database that the platform uses. */
export const databaseName = "cocov";

/** Makes the platform's database in a running server unless it is there. */
export async function ensureDatabase(socketFolder: string): Promise<void> {
  const sql = connect(socketFolder);
  try {
    const found = await sql`SELECT 1 FROM pg_database WHERE datname = ${databaseName}`;
    if (found.length === 0) await sql`CREATE DATABASE ${sql(databaseName)}`;
  } finally {
    await sql.end();
  }
}

/** @returns whether a server behind this socket takes connections and has the platform's database */
export async function hasDatabase(socketFolder: string): Promise<boolean> {
  const sql = connect(socketFolder);
  try {
    return (await sql`SELECT 1 FROM pg_database WHERE datname = ${databaseName}`).length === 1;
  } catch {
    // It doesn't run yet, or not any more; which of them makes no difference to who asks.
    return false;
  } finally {
    await sql.end();
  }
}

function connect(socketFolder: string): postgres.Sql {
  return postgres({ host: socketFolder, port: 5432, user: clusterUser, database: "postgres", max: 1, fetch_types: false });
}
