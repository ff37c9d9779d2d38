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
    // Rows come in the order in which they lie.
    synchronize_seqscans: "off",
    statement_timeout: "0",
    lock_timeout: "0",
    idle_in_transaction_session_timeout: "0",
  })) {
    await sql`SELECT set_config(${name}, ${value}, true)`;
  }
}

/**
 * Reads a table's rows in PostgreSQL's text form, in parts.
 * @param take gets each part, which isn't cut at the ends of rows
 */
export async function copyOut(
  { sql }: Queryable,
  table: BackedUpTable,
  take: (part: Uint8Array) => Promise<void>,
): Promise<CopiedTable> {
  const rows = await sql.unsafe(`COPY (SELECT ${listed(table)} FROM ONLY ${quoted(table.name)}) TO STDOUT`).readable();
  const hash = new Bun.CryptoHasher("sha256");
  let count = 0;
  let part = Buffer.allocUnsafe(partSize);
  let filled = 0;
  for await (const piece of rows as AsyncIterable<Buffer>) {
    hash.update(piece);
    for (let at = piece.indexOf(newline); at >= 0; at = piece.indexOf(newline, at + 1)) count++;
    for (let at = 0; at < piece.byteLength; ) {
      const taken = piece.subarray(at, at + partSize - filled);
      part.set(taken, filled);
      filled += taken.byteLength;
      at += taken.byteLength;
      if (filled < partSize) continue;
      await take(part);
      part = Buffer.allocUnsafe(partSize);
      filled = 0;
    }
  }
  if (filled > 0) await take(part.subarray(0, filled));
  return { rows: count, sha256: hash.digest("hex") };
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
