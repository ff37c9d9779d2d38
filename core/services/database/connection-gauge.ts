import { defineGauge, type Reading } from "../observation/instruments";
import type { Queryable } from "./types";

/** Connections of all processes of the platform to its database. */
export const databaseConnections = defineGauge({
  name: "cocov_database_connections",
  summary:
    "Connections of all processes of the platform to its database: active, idle, in_transaction (it waits for this platform), other",
  labels: ["state"],
});

const states = ["active", "idle", "in_transaction", "other"] as const;

/** @param applicationName what the platform calls itself at the database */
export async function readConnections({ sql }: Queryable, applicationName: string): Promise<Reading<"state">[]> {
  const rows = await sql<{ state: string; count: number }[]>`
    select case state when 'active' then 'active' when 'idle' then 'idle' when 'idle in transaction' then 'in_transaction'
           else 'other' end as state, count(*)::int as count
    from pg_stat_activity where datname = current_database() and application_name = ${applicationName} group by 1`;
  return states.map((state) => ({ labels: { state }, value: rows.find((row) => row.state === state)?.count ?? 0 }));
}
