import { type Queryable, type RowOf, rowColumns } from "../../core";
import { auditLog } from "./tables";

/** Which entries are wanted. What is undefined doesn't matter. */
export interface EntryFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly repository?: string | undefined;
  readonly from?: Date | undefined;
  /** The first moment that doesn't belong to it any more. */
  readonly until?: Date | undefined;
  /** Only those that are older than the entry of this id. */
  readonly before?: number | undefined;
}

const entryColumns = rowColumns(auditLog, [
  "id",
  "at",
  "actor",
  "credential",
  "action",
  "subjectType",
  "subjectId",
  "subjectName",
  "repository",
  "requestId",
  "address",
]);
export type Entry = RowOf<typeof entryColumns>;

/** @returns the statement that reads the newest `limit` entries, newest first. Its text has only what is asked for, so an index fits. */
export function auditPage(q: Queryable, { actor, action, repository, from, until, before }: EntryFilter, limit: number) {
  const { sql } = q;
  return sql`
    SELECT ${entryColumns(q)} FROM audit_log
     WHERE true
       ${actor === undefined ? sql`` : sql`AND actor = ${actor}`}
       ${action === undefined ? sql`` : sql`AND action = ${action}`}
       ${repository === undefined ? sql`` : sql`AND repository = ${repository}`}
       ${from === undefined ? sql`` : sql`AND at >= ${from}`}
       ${until === undefined ? sql`` : sql`AND at < ${until}`}
       ${before === undefined ? sql`` : sql`AND (at, id) < (${momentOf(q, before)}, ${before})`}
     ORDER BY at DESC, id DESC LIMIT ${limit}`;
}

/** When an entry was written; of an id that there isn't, the one before it. */
function momentOf({ sql }: Queryable, id: number) {
  return sql`(SELECT at FROM audit_log WHERE id <= ${id} ORDER BY id DESC LIMIT 1)`;
}

/** @returns a page of entries, and the id to go on before; null when these are the last ones */
export async function readEntries(
  q: Queryable,
  filter: EntryFilter,
  size: number,
): Promise<{ entries: Entry[]; nextBefore: number | null }> {
  const rows = await q.sql<Entry[]>`${auditPage(q, filter, size + 1)}`;
  const entries = rows.slice(0, size);
  return { entries, nextBefore: rows.length > size ? (entries.at(-1)?.id ?? null) : null };
}
