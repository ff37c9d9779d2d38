import type { Database, Queryable, Transaction } from "../../../core";
import { copyRows } from "../binary-copy";

/**
 * An upload while it arrives. Its parts are written as they become full, each in a transaction of its own, so that neither memory nor a
 * connection is held while a slow sender goes on. Nobody sees it before it has a SHA. One that breaks off is dropped; if that fails too,
 * upkeep does it a day later.
 */
export interface Arrival {
  /** Its number, taken before anything of it was read: the order of uploads. */
  readonly id: number;
  readonly repositoryId: number;
  /** Writes a part, packed. Throws a foreign key violation when the repository has been deleted. */
  write(tx: Transaction, part: Buffer): Promise<void>;
  /** Makes sure that it has a row, also without any part. */
  begin(tx: Transaction): Promise<void>;
  drop(): Promise<void>;
}

export async function openArrival(db: Database, repositoryId: number): Promise<Arrival> {
  const id = await nextUpload(db);
  let begun = false;
  let position = 0;

  async function begin({ sql }: Transaction): Promise<void> {
    if (begun) return;
    begun = true;
    await sql`INSERT INTO coverage_uploads (id, repository_id) OVERRIDING SYSTEM VALUE VALUES (${id}, ${repositoryId})`;
  }

  return {
    id,
    repositoryId,
    begin,
    async write(tx, data) {
      await begin(tx);
      const copy = await tx.sql`COPY coverage_upload_parts (upload_id, position, data) FROM STDIN (FORMAT binary)`.writable();
      await copyRows(copy, [[{ number: id, bytes: 8 }, { number: position++, bytes: 4 }, { pieces: [data] }]]);
    },
    async drop() {
      if (begun) await db.sql`DELETE FROM coverage_uploads WHERE id = ${id} AND sha IS NULL`;
    },
  };
}

async function nextUpload({ sql }: Queryable): Promise<number> {
  const [row] = await sql<{ id: number }[]>`SELECT nextval(pg_get_serial_sequence('coverage_uploads', 'id'))::bigint AS id`;
  if (!row) throw new Error("PostgreSQL gave no number to an upload");
  return row.id;
}
