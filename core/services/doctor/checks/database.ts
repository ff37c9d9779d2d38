import { halfRestored } from "../../database/half-restored";
import { oldestServer } from "../../database/migrations/server-version";
import type { Patient } from "../doctor";
import type { DoctorCheck } from "../doctor-check";

interface Server {
  readonly version: string;
  readonly number: number;
  readonly schema: string | null;
  readonly mayCreate: boolean;
  readonly readOnly: boolean;
  readonly most: number;
  readonly taken: number;
}

/** Whether the server is one that can be worked with, and lets this user do what it must. */
export const databaseCheck = ({ db, installation, embedded }: Patient): DoctorCheck => ({
  name: "database",
  needsDatabase: true,
  async look() {
    const [server] = await db.sql<Server[]>`
      SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
             current_schema() AS schema, coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS "mayCreate",
             pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool AS "readOnly",
             current_setting('max_connections')::int AS most, (SELECT count(*)::int FROM pg_stat_activity) AS taken`;
    if (!server) throw new Error("the server says nothing of itself");
    const { version, number, schema, mayCreate, readOnly, most, taken } = server;
    const called = `PostgreSQL ${version}${embedded ? ", embedded" : ""}`;
    if (number < oldestServer * 10_000) {
      return failing(`${called} is too old.`, `Use PostgreSQL ${oldestServer} or newer.`);
    }
    if (readOnly)
      return failing(`${called} takes no changes.`, "Name the primary server, and one that isn't set to be read only.");
    if (schema === null || !mayCreate) {
      return failing(
        `${called} lets this user make no tables in ${schema ?? "any schema"}.`,
        `Let it: GRANT CREATE ON SCHEMA ${schema ?? "public"} TO the user of COCOV_DATABASE_URL.`,
      );
    }
    const restoring = await halfRestored(db);
    if (restoring) {
      return failing(
        `The restore of ${restoring.file}, begun ${restoring.begunAt.toISOString()}, hasn't ended.`,
        "Wait for it, or run it again when it was broken off.",
      );
    }
    const lacking = await lackingExtensions(db);
    if (lacking.length > 0) {
      return failing(
        `${called} doesn't have the extensions ${lacking.join(", ")}.`,
        "Install the server's contrib package, or have its administrator make them in this database.",
      );
    }
    const pool = installation.settings.databasePool;
    const summary = `${called}; ${taken} of ${most} connections are taken, and a process of the platform takes up to ${pool + 1}.`;
    if (most - taken >= pool + 1) return { state: "ok", summary };
    return { state: "warning", summary, remedy: "Raise max_connections of the server, or lower COCOV_DATABASE_POOL." };
  },
});

const failing = (summary: string, remedy: string) => ({ state: "failing", summary, remedy }) as const;

/** What migrations make, and can make only where the server has it. */
const extensions = ["citext", "pg_trgm"];

async function lackingExtensions({ sql }: Patient["db"]): Promise<string[]> {
  const found = await sql<{ name: string }[]>`
    SELECT extname AS name FROM pg_extension UNION SELECT name::text FROM pg_available_extensions`;
  return extensions.filter((wanted) => !found.some(({ name }) => name === wanted));
}
