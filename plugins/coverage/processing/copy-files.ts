import { once } from "node:events";
import type { Transaction } from "../../../core";
import { wholePercentOf } from "../percent";
import type { CountedFile } from "./store-files";

/** PGCOPY, flags, and no extension: https://www.postgresql.org/docs/current/sql-copy.html */
const header = Buffer.from("5047434f50590aff0d0a000000000000000000", "hex");
const trailer = Buffer.from([0xff, 0xff]);
/** Bytes that are sent at a time; more where one piece of a file has more. */
const batchBytes = 256 * 1024;

/** Writes files of a coverage in PostgreSQL's binary form, so that line data is neither written out as text nor held a second time. */
export async function copyFiles({ sql }: Transaction, coverageId: number, files: readonly CountedFile[]): Promise<void> {
  const copy = await sql`
    COPY coverage_files (coverage_info_id, file, raw_data, percent_covered, lines_missed, lines_covered, lines_total)
    FROM STDIN (FORMAT binary)`.writable();
  const closed = once(copy, "close");
  for (const batch of batchesOf(rowsOf(coverageId, files))) {
    if (!copy.write(batch)) await Promise.race([once(copy, "drain"), closed]);
  }
  copy.end();
  await closed;
}

function* rowsOf(coverageId: number, files: readonly CountedFile[]): Generator<Uint8Array> {
  yield header;
  for (const file of files) {
    const { covered, missed, length, pieces } = file;
    const path = Buffer.from(file.path);
    const before = Buffer.allocUnsafe(22 + path.length);
    before.writeInt16BE(7, 0);
    before.writeInt32BE(8, 2);
    before.writeBigInt64BE(BigInt(coverageId), 6);
    before.writeInt32BE(path.length, 14);
    before.set(path, 18);
    before.writeInt32BE(length, 18 + path.length);
    yield before;
    yield* pieces;
    const after = Buffer.allocUnsafe(32);
    const total = covered + missed;
    for (const [index, figure] of [wholePercentOf({ covered, total }), missed, covered, total].entries()) {
      after.writeInt32BE(4, index * 8);
      after.writeInt32BE(figure, index * 8 + 4);
    }
    yield after;
  }
  yield trailer;
}

function* batchesOf(rows: Iterable<Uint8Array>): Generator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let size = 0;
  for (const row of rows) {
    pieces.push(row);
    size += row.length;
    if (size < batchBytes) continue;
    yield Buffer.concat(pieces, size);
    pieces = [];
    size = 0;
  }
  yield Buffer.concat(pieces, size);
}
