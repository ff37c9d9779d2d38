import type { Transaction } from "../../../core";
import { type CopiedValue, copyRows } from "../binary-copy";
import { wholePercentOf } from "../percent";
import type { CountedFile } from "./store-files";

/** Writes files of a coverage. */
export async function copyFiles({ sql }: Transaction, coverageId: number, files: readonly CountedFile[]): Promise<void> {
  const copy = await sql`
    COPY coverage_files (coverage_info_id, file, raw_data, percent_covered, lines_missed, lines_covered, lines_total)
    FROM STDIN (FORMAT binary)`.writable();
  await copyRows(copy, rowsOf(coverageId, files));
}

function* rowsOf(coverageId: number, files: readonly CountedFile[]): Generator<readonly CopiedValue[]> {
  for (const { path, pieces, covered, missed } of files) {
    const total = covered + missed;
    const figures = [wholePercentOf({ covered, total }), missed, covered, total];
    yield [
      { number: coverageId, bytes: 8 },
      { pieces: [Buffer.from(path)] },
      { pieces },
      ...figures.map((number) => ({ number, bytes: 4 }) as const),
    ];
  }
}
