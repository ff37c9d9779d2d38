import type { Options, PostgresType } from "postgres";

/** The parts of a connection's address that postgres.js takes as options. */
type Address = Pick<Options<Record<string, PostgresType>>, "host" | "port" | "user" | "password" | "database">;

/**
 * Reads a libpq connection URI, as far as postgres.js doesn't: a unix socket's folder in the parameter `host`
 * (`postgres://USER@localhost/DATABASE?host=%2Frun%2Fpg&port=5432`), and encoded letters in the database's name.
 * @returns the URL to connect to, and the options that outrank it
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 */
export function readConnectionUrl(url: string): { url: string; address: Address } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined; // several hosts, which postgres.js takes, make it unreadable
  if (parsed === undefined) return { url, address: {} };
  const name = decodeURIComponent(parsed.pathname.slice(1));
  const database = encodeURIComponent(name) === name ? {} : { database: name };
  const host = parsed.searchParams.get("host");
  if (host === null) return { url, address: database };
  const port = parsed.searchParams.get("port");
  for (const parameter of ["host", "port"]) parsed.searchParams.delete(parameter);
  return { url: parsed.href, address: { host, port: port === null ? 5432 : Number(port), ...database } };
}

/** @returns `url` with another database name */
export function withDatabase(url: string, name: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${encodeURIComponent(name)}`;
  return parsed.href;
}
