import { and, eq, sql } from "drizzle-orm";
import { type Given, preparedRead, type Queryable, type RowOf, rowColumns } from "../../core";
import { coverageFiles, coverageInfos } from "./tables";

const infoColumns = rowColumns(
  coverageInfos,
  ["id", "status", "uploadId", "percentCovered", "linesTotal", "linesCovered", "filesCount"],
  "v",
);

export type CoverageRow = RowOf<typeof infoColumns>;

/** @returns what is known of a commit's coverage; undefined when nothing was uploaded */
export async function findCoverage(q: Queryable, commitId: number): Promise<CoverageRow | undefined> {
  const [row] = await q.sql<CoverageRow[]>`SELECT ${infoColumns(q)} FROM coverage_infos v WHERE v.commit_id = ${commitId}`;
  return row;
}

/** A file as lists show it. */
export type ListedFile = Readonly<Pick<typeof coverageFiles.$inferSelect, "id" | "file" | "percentCovered">>;

/** What is known of a commit's coverage, with files of the same upload once that is completed. */
export type CoverageWithFiles = CoverageRow & { readonly files: readonly ListedFile[] };

/** @returns it with the ten files that are covered least, read at once; undefined when nothing was uploaded */
export async function coverageWithLeastCovered(q: Queryable, commitId: number): Promise<CoverageWithFiles | undefined> {
  const [row] = await q.sql<(CoverageRow & { files: ListedFile[] | null })[]>`
    SELECT ${infoColumns(q)}, CASE WHEN v.status = 'completed' THEN (
             SELECT json_agg(json_build_object('id', f.id, 'file', f.file, 'percentCovered', f.percent_covered))
               FROM (SELECT id, file, percent_covered FROM coverage_files
                      WHERE coverage_info_id = v.id ORDER BY percent_covered, file LIMIT 10) f) END AS files
      FROM coverage_infos v WHERE v.commit_id = ${commitId}`;
  return row && { ...row, files: row.files ?? [] };
}

/**
 * Another upload may be accepted between the two statements: its files don't belong to the figures that were read.
 * @returns it with every file, those first that are covered least; undefined when nothing was uploaded
 */
export async function coverageWithFiles(q: Queryable, commitId: number): Promise<CoverageWithFiles | undefined> {
  for (let before: number | undefined; ; ) {
    const coverage = await findCoverage(q, commitId);
    if (coverage?.status !== "completed") return coverage && { ...coverage, files: [] };
    const files = await filesOf(q, coverage);
    if (files.length > 0 || !coverage.filesCount || coverage.uploadId === before) return { ...coverage, files };
    before = coverage.uploadId;
  }
}

/** @returns nothing when the coverage is about another upload by now */
async function filesOf({ sql }: Queryable, { id, uploadId }: Pick<CoverageRow, "id" | "uploadId">): Promise<ListedFile[]> {
  return await sql<ListedFile[]>`
    SELECT id, file, percent_covered AS "percentCovered" FROM coverage_files
     WHERE coverage_info_id = ${id}
       AND EXISTS (SELECT FROM coverage_infos WHERE id = ${id} AND upload_id = ${uploadId} AND status = 'completed')
     ORDER BY percent_covered, file`;
}

/** Bytes of line data that are read to be shown: many times as many as a file of {@link shownLines} lines has. */
const shownBytes = 4 * 1024 * 1024;

/** Lines of a file that are shown, as of sources: what an upload says of a file may be larger than any file. */
export const shownLines = 100_000;

/** @returns a file of a commit's coverage, once that is completed; of its line data as much as is shown */
export const findFile = preparedRead((orm, { commitId, fileId }: Given<{ commitId: number; fileId: number }>) =>
  orm
    .select({
      file: coverageFiles.file,
      rawData: sql`substring(${coverageFiles.rawData} FOR ${sql.raw(String(shownBytes))})`.mapWith(coverageFiles.rawData),
      percentCovered: coverageFiles.percentCovered,
      linesCovered: coverageFiles.linesCovered,
      linesTotal: coverageFiles.linesTotal,
    })
    .from(coverageFiles)
    .innerJoin(coverageInfos, eq(coverageInfos.id, coverageFiles.coverageInfoId))
    .where(and(eq(coverageFiles.id, fileId), eq(coverageInfos.commitId, commitId), eq(coverageInfos.status, "completed"))),
);
