import type { Database, Transaction } from "../../../core";
import { type DecodedFile, decodeFile } from "../line-data/decode";
import { InvalidLineData } from "../line-data/line-kind";
import { readFiles, type StoredFile } from "../uploads/stored-files";
import { copyFiles } from "./copy-files";

/** What all files of an upload have together. */
export interface Totals {
  readonly covered: number;
  readonly total: number;
  readonly files: number;
}

interface Place {
  readonly coverageId: number;
  readonly uploadId: number;
}

/** A file's line data, and where it belongs. */
export interface CountedFile extends DecodedFile {
  readonly path: string;
}

/**
 * Decodes an upload's files, part by part, and writes those that aren't excluded. What an attempt that broke off has written is replaced.
 * @param excluded tells which paths are left out
 * @throws InvalidLineData that names the file
 */
export async function storeFiles(
  db: Database,
  place: Place,
  excluded: (paths: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<Totals | "superseded"> {
  if (!(await write(db, place, (tx) => clear(tx, place)))) return "superseded";
  let totals: Totals = { covered: 0, total: 0, files: 0 };
  let files: CountedFile[] = [];
  let bytes = 0;
  async function writeAll(): Promise<boolean> {
    const written = await write(db, place, (tx) => copyFiles(tx, place.coverageId, files));
    totals = files.reduce(add, totals);
    [files, bytes] = [[], 0];
    return written;
  }
  for await (const stored of readFiles(db, place.uploadId)) {
    const left = await excluded(stored.map(({ path }) => path));
    for (const file of stored) {
      if (left.has(file.path)) continue;
      // What is kept in memory: line data may be much less than the text and the path that it came with.
      bytes += file.path.length + file.text.reduce((sum, piece) => sum + piece.length, 0);
      files.push(await counted(file));
    }
    if (bytes >= batchBytes && !(await writeAll())) return "superseded";
  }
  return files.length === 0 || (await writeAll()) ? totals : "superseded";
}

/** Bytes of an upload whose files are written in one transaction, unless one part of it has more. */
const batchBytes = 4 * 1024 * 1024;

const add = ({ covered, total, files }: Totals, file: CountedFile): Totals => ({
  covered: covered + file.covered,
  total: total + file.covered + file.missed,
  files: files + 1,
});

async function counted({ path, text }: StoredFile): Promise<CountedFile> {
  try {
    return { path, ...(await decodeFile(text)) };
  } catch (error) {
    throw error instanceof InvalidLineData ? new InvalidLineData(`${path}: ${error.message}`) : error;
  }
}

/** Writes, unless the coverage is about a newer upload. That one can't be accepted meanwhile. @returns whether it did */
async function write(
  db: Database,
  { coverageId, uploadId }: Place,
  effects: (tx: Transaction) => Promise<void>,
): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const [current] = await tx.sql`
      SELECT FROM coverage_infos WHERE id = ${coverageId} AND upload_id = ${uploadId} AND status = 'in_progress' FOR SHARE`;
    if (current) await effects(tx);
    return current !== undefined;
  });
}

async function clear({ sql }: Transaction, { coverageId }: Place): Promise<void> {
  await sql`DELETE FROM coverage_files WHERE coverage_info_id = ${coverageId}`;
}
