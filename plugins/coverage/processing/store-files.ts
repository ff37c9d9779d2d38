import type { Database, Transaction } from "../../../core";
import { decodeFile } from "../line-data/decode";
import { InvalidLineData } from "../line-data/line-kind";
import { wholePercentOf } from "../percent";
import type { coverageUploadParts } from "../tables";
import { type UploadedFile, unpackPart } from "../uploads/parts";

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

interface StoredFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly covered: number;
  readonly missed: number;
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
  for (let position = 0; ; position++) {
    const part = await readPart(db, place.uploadId, position);
    if (!part) return totals;
    const uploaded = await unpackPart(part);
    const left = await excluded(uploaded.map(([path]) => path));
    const files: StoredFile[] = [];
    for (const file of uploaded) if (!left.has(file[0])) files.push(await decode(file));
    if (!(await write(db, place, (tx) => insert(tx, place, files)))) return "superseded";
    totals = files.reduce(add, totals);
  }
}

const add = ({ covered, total, files }: Totals, file: StoredFile): Totals => ({
  covered: covered + file.covered,
  total: total + file.covered + file.missed,
  files: files + 1,
});

async function readPart({ sql }: Database, uploadId: number, position: number): Promise<Uint8Array | undefined> {
  const [part] = await sql<Pick<typeof coverageUploadParts.$inferSelect, "data">[]>`
    SELECT data FROM coverage_upload_parts WHERE upload_id = ${uploadId} AND position = ${position}`;
  return part?.data;
}

async function decode([path, value]: UploadedFile): Promise<StoredFile> {
  try {
    return { path, ...(await decodeFile(value)) };
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

/** Bytes of all files go as one value: in an array each would be written out twice. */
async function insert({ sql }: Transaction, { coverageId }: Place, files: readonly StoredFile[]): Promise<void> {
  if (files.length === 0) return;
  const bytes = Buffer.concat(files.map((file) => file.bytes));
  await sql`
    INSERT INTO coverage_files (coverage_info_id, file, raw_data, percent_covered, lines_missed, lines_covered, lines_total)
    SELECT ${coverageId}::bigint, f.path, substring(${bytes}::bytea FROM f.start::integer FOR f.length), f.percent,
           f.missed, f.covered, f.covered + f.missed
      FROM (SELECT *, 1 + sum(length) OVER (ORDER BY position) - length AS start
              FROM unnest(${files.map(({ path }) => path)}::text[], ${files.map((file) => file.bytes.length)}::integer[],
                          ${files.map(({ covered, missed }) => wholePercentOf({ covered, total: covered + missed }))}::integer[],
                          ${files.map(({ missed }) => missed)}::integer[], ${files.map(({ covered }) => covered)}::integer[])
                   WITH ORDINALITY AS u (path, length, percent, missed, covered, position)) f
    ON CONFLICT (coverage_info_id, md5(file)) DO NOTHING`;
}
