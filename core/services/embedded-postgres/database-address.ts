/** The settings that say in parts where the database is, and their variables. */
const variables = {
  databaseHost: "COCOV_DATABASE_HOST",
  databasePort: "COCOV_DATABASE_PORT",
  databaseName: "COCOV_DATABASE_NAME",
  databaseUsername: "COCOV_DATABASE_USERNAME",
  databasePassword: "COCOV_DATABASE_PASSWORD",
} as const;

/** What the settings say about where the database is. */
export interface DatabaseParts {
  readonly databaseUrl?: string;
  readonly databaseHost?: string;
  readonly databasePort?: number;
  readonly databaseName?: string;
  readonly databaseUsername?: string;
  readonly databasePassword?: string;
}

/**
 * Finds out where the database is: the URL if there is one, else what the parts say.
 * @returns a connection URI, undefined for the embedded database; or the sentence that says which part is missing: with some parts
 *   set, nobody wants the embedded one
 */
export function databaseAddress(parts: DatabaseParts): { url: string | undefined } | { problem: string } {
  if (parts.databaseUrl !== undefined) return { url: parts.databaseUrl };
  if (parts.databaseHost !== undefined) return { url: joined(parts, parts.databaseHost) };
  const values: Readonly<Record<string, unknown>> = { ...parts };
  const set = Object.entries(variables).flatMap(([key, variable]) => (values[key] === undefined ? [] : [variable]));
  if (set.length === 0) return { url: undefined };
  const are = set.length === 1 ? "is" : "are";
  return {
    problem: `${set.join(", ")} ${are} set, but COCOV_DATABASE_HOST isn't. Set it, or COCOV_DATABASE_URL instead of all parts; for the embedded database unset them all.`,
  };
}

function joined({ databasePort, databaseName = "", databaseUsername, databasePassword }: DatabaseParts, host: string): string {
  const password = databasePassword === undefined ? "" : `:${encodeURIComponent(databasePassword)}`;
  const user = `${encodeURIComponent(databaseUsername ?? "")}${password}`;
  const at = user === "" ? "" : `${user}@`;
  const path = `/${encodeURIComponent(databaseName)}`;
  const port = databasePort ?? 5432;
  // A unix socket's folder.
  if (host.startsWith("/")) return `postgres://${at}localhost${path}?host=${encodeURIComponent(host)}&port=${port}`;
  return `postgres://${at}${host}:${port}${path}`;
}
