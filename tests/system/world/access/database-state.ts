import type { Database } from "../../../../core";

/** What the platform writes by itself, whoever calls: its own upkeep, and the refusals that it counts. */
const upkeep = ["core_processes", "core_schedules", "refusals"];

/**
 * @returns a function that gives a fingerprint of each table, of everything in it but when tokens were last used; jobs that wait are rows
 * like others, but for periodic ones
 */
export async function databaseStates({ sql }: Database): Promise<() => Promise<Map<string, string>>> {
  const tables = await sql<{ name: string }[]>`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`;
  const fingerprints = tables
    .filter(({ name }) => !upkeep.includes(name))
    .map(({ name }) => {
      const counted = name === "core_jobs" ? "WHERE key IS DISTINCT FROM 'schedule'" : "";
      return `SELECT '${name}' AS name, md5(string_agg(row, '' ORDER BY row)) AS fingerprint
                FROM (SELECT (to_jsonb(t) - 'last_used_at')::text AS row FROM ${name} t ${counted}) AS rows`;
    })
    .join(" UNION ALL ");
  return async () => {
    const rows = await sql.unsafe<{ name: string; fingerprint: string | null }[]>(fingerprints);
    return new Map(rows.map(({ name, fingerprint }) => [name, fingerprint ?? "empty"]));
  };
}
