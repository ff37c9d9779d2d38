import type { Queryable } from "../database/types";
import { type BackedUpTable, quoted } from "./tables";

/** Bytes of one entry of a table. */
const partSize = 4 * 1024 * 1024;
const newline = 0x0a;

/** Of a table's rows as COPY writes them. */
export interface CopiedTable {
  readonly rows: number;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
}

const listed = ({ columns }: BackedUpTable): string => columns.map(quoted).join(", ");

/** Has values written in the same words by every server, whatever its settings. For the rest of the transaction. */
export async function settleForms({ sql }: Queryable): Promise<void> {
  for (const [name, value] of Object.entries({
    datestyle: "ISO, YMD",
    intervalstyle: "postgres",
    timezone: "UTC",
    extra_float_digits: "1",
    bytea_output: "hex",
    // Blocks are read by their numbers, and not the whole table for some of them.
    enable_seqscan: "off",
    statement_timeout: "0",
    lock_timeout: "0",
    idle_in_transaction_session_timeout: "0",
  })) {
    await sql`SELECT set_config(${name}, ${value}, true)`;
  }
}

/** Bytes of rows that one statement reads, about. */
const readAtOnce = 1024 * 1024;

/**
 * Reads a table's rows in PostgreSQL's text form, in parts. It isn't asked for by COPY: Bun 1.4 loses now and then that a connection which
 * was paused is to go on, and a stream of a table's size has to be paused. Each statement reads some of the table's blocks instead.
 * @param take gets each part, which isn't cut at the ends of rows
 */
export async function copyOut(
  { sql }: Queryable,
  table: BackedUpTable,
  take: (part: Uint8Array) => Promise<void>,
): Promise<CopiedTable> {
  const [size] = await sql<{ blocks: number; bytes: number }[]>`
    SELECT (pg_relation_size(oid) / current_setting('block_size')::int)::int AS blocks, pg_table_size(oid)::float8 AS bytes
      FROM pg_class WHERE oid = to_regclass(${quoted(table.name)})`;
  const { blocks = 0, bytes = 0 } = size ?? {};
  const step = Math.min(1024, Math.max(1, Math.floor(readAtOnce / Math.max(bytes / Math.max(blocks, 1), 1))));
  const columns = table.columns.map((column) => `${quoted(column)}::text`).join(", ");
  const hash = new Bun.CryptoHasher("sha256");
  let count = 0;
  for (let from = 0; from < blocks; from += step) {
    const rows = await sql
      .unsafe<(string | null)[][]>(
        `SELECT ${columns} FROM ONLY ${quoted(table.name)} WHERE ctid >= '(${from},0)'::tid AND ctid < '(${from + step},0)'::tid`,
      )
      .values();
    const text = Buffer.from(rows.map((row) => `${row.map(inCopyForm).join("\t")}\n`).join(""));
    count += rows.length;
    hash.update(text);
    for (let at = 0; at < text.byteLength; at += partSize) await take(text.subarray(at, at + partSize));
  }
  return { rows: count, sha256: hash.digest("hex") };
}

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** As COPY takes it: https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS */
function inCopyForm(value: unknown): string {
  return value === null ? "\\N" : String(value).replace(/[\\\t\n\r]/g, (letter) => escapes[letter] ?? letter);
}

/** Rows on their way into a table. */
export interface CopyIn {
  write(piece: Uint8Array): Promise<void>;
  /** @throws what the server says about them */
  end(): Promise<CopiedTable>;
}

/** Begins to write rows, as {@link copyOut} gives them, into a table. */
export async function copyIn({ sql }: Queryable, table: BackedUpTable): Promise<CopyIn> {
  const stream = await sql.unsafe(`COPY ${quoted(table.name)} (${listed(table)}) FROM STDIN`).writable();
  const failed = new Promise<never>((_resolve, reject) => stream.once("error", reject));
  failed.catch(() => undefined);
  const hash = new Bun.CryptoHasher("sha256");
  let rows = 0;
  return {
    async write(piece) {
      hash.update(piece);
      const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
      for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) rows++;
      if (!stream.write(bytes)) await Promise.race([new Promise<void>((resolve) => stream.once("drain", resolve)), failed]);
    },
    async end() {
      const ended = new Promise<void>((resolve) => stream.once("finish", resolve));
      stream.end();
      await Promise.race([ended, failed]);
      return { rows, sha256: hash.digest("hex") };
    },
  };
}
