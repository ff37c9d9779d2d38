import type { Queryable } from "../../database/types";
import type { QueueEndpoint } from "./queue-url";

/** Under which name rows are handed over, and what sets them apart in a bunqueue that others use as well. */
export interface QueueIdentity {
  /** `handed_to` of the rows. */
  holder: string;
  /** Part of every queue's name and job's id in bunqueue. */
  prefix: string;
}

/**
 * A process with its own bunqueue is the holder itself, anew with each start. Servers are one holder for all processes, whatever
 * the order in which they are listed; there the prefix names the database, as several installations may share servers.
 */
export async function queueIdentity(
  db: Queryable,
  processName: string,
  endpoints: readonly QueueEndpoint[],
): Promise<QueueIdentity> {
  if (endpoints.length === 0) {
    const holder = `${processName}:${crypto.randomUUID()}`;
    return { holder, prefix: `${holder}:` };
  }
  const [database] = await db.sql<{ id: string }[]>`
    select (select system_identifier from pg_control_system())::text || '-' || oid::text as id
    from pg_database where datname = current_database()`;
  const servers = endpoints.map(({ host, port }) => `${host}:${port}`).sort();
  return { holder: `servers:${servers.join(",")}`, prefix: `cocov-${database?.id ?? "database"}:` };
}
