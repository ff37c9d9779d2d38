import { once } from "node:events";
import type { Writable } from "node:stream";
import { letGo } from "./let-go";

/*
 * PostgreSQL's binary form of rows (https://www.postgresql.org/docs/current/sql-copy.html), for bytes in plenty: as parameters they would be
 * written out in hexadecimal, and copied several times on the way.
 */

/** PGCOPY, flags, and no extension. */
const header = Buffer.from("5047434f50590aff0d0a000000000000000000", "hex");
const trailer = Buffer.from([0xff, 0xff]);
/** Bytes that are sent at a time; more where one piece has more. */
const batchBytes = 256 * 1024;

/** A column's value: a whole number with how many bytes its type has, or bytes in pieces. */
export type CopiedValue = { readonly number: number; readonly bytes: 4 | 8 } | { readonly pieces: readonly Uint8Array[] };

/**
 * Sends rows to a `COPY … FROM STDIN (FORMAT binary)`, which must be a transaction's: the driver sends one more word when all is over, and
 * that mustn't come to somebody else's statement.
 * @param copy what its `writable()` gives
 * @throws what the statement fails with
 */
export async function copyRows(copy: Writable, rows: Iterable<readonly CopiedValue[]>): Promise<void> {
  const closed = once(copy, "close");
  // It is waited for at the end; until then a failure shows where something is written.
  closed.catch(() => undefined);
  for (const batch of batchesOf(encoded(rows))) {
    if (!copy.write(batch)) await Promise.race([once(copy, "drain"), closed]);
    // The driver makes a copy too.
    letGo(2 * batch.length);
  }
  copy.end();
  await closed;
}

function* encoded(rows: Iterable<readonly CopiedValue[]>): Generator<Uint8Array> {
  yield header;
  for (const row of rows) {
    const count = Buffer.allocUnsafe(2);
    count.writeInt16BE(row.length);
    yield count;
    for (const value of row) {
      if ("number" in value) yield numberField(value);
      else {
        const length = Buffer.allocUnsafe(4);
        length.writeInt32BE(value.pieces.reduce((sum, piece) => sum + piece.length, 0));
        yield length;
        yield* value.pieces;
      }
    }
  }
  yield trailer;
}

function numberField({ number, bytes }: { number: number; bytes: 4 | 8 }): Buffer {
  const field = Buffer.allocUnsafe(4 + bytes);
  field.writeInt32BE(bytes);
  if (bytes === 4) field.writeInt32BE(number, 4);
  else field.writeBigInt64BE(BigInt(number), 4);
  return field;
}

function* batchesOf(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  let batch: Uint8Array[] = [];
  let size = 0;
  for (const piece of pieces) {
    batch.push(piece);
    size += piece.length;
    if (size < batchBytes) continue;
    yield Buffer.concat(batch, size);
    batch = [];
    size = 0;
  }
  yield Buffer.concat(batch, size);
}
