import { and, asc, eq, sql } from "drizzle-orm";
import { type Given, preparedRead, type Queryable } from "../../core";
import { coverageFiles, coverageInfos } from "./tables";

const infoColumns = {
  id: coverageInfos.id,
  status: coverageInfos.status,
  percentCovered: coverageInfos.percentCovered,
  linesTotal: coverageInfos.linesTotal,
  linesCovered: coverageInfos.linesCovered,
  filesCount: coverageInfos.filesCount,
};

export type CoverageRow = Readonly<Pick<typeof coverageInfos.$inferSelect, keyof typeof infoColumns>>;

/** @returns what is known of a commit's coverage; undefined when nothing was uploaded */
export async function findCoverage(q: Queryable, commitId: number): Promise<CoverageRow | undefined> {
  const [row] = await coverageOf(q, { commitId });
  return row;
}

const coverageOf = preparedRead((orm, { commitId }: Given<{ commitId: number }>) =>
  orm.select(infoColumns).from(coverageInfos).where(eq(coverageInfos.commitId, commitId)),
);

const listedColumns = { id: coverageFiles.id, file: coverageFiles.file, percentCovered: coverageFiles.percentCovered };

/** A file as lists show it. */
export type ListedFile = Readonly<Pick<typeof coverageFiles.$inferSelect, keyof typeof listedColumns>>;

/** @returns every file of a coverage, those first that are covered least */
export const listFiles = preparedRead((orm, { coverageId }: Given<{ coverageId: number }>) =>
  orm
    .select(listedColumns)
    .from(coverageFiles)
    .where(eq(coverageFiles.coverageInfoId, coverageId))
    .orderBy(asc(coverageFiles.percentCovered), asc(coverageFiles.file)),
);

/** @returns the ten files that are covered least. A coverage that is being worked on has some already: see its status */
export const leastCovered = preparedRead((orm, { commitId }: Given<{ commitId: number }>) =>
  orm
    .select(listedColumns)
    .from(coverageFiles)
    // Not a join, whose rows would all be sorted.
    .where(eq(coverageFiles.coverageInfoId, sql`(SELECT id FROM coverage_infos WHERE commit_id = ${commitId})`))
    .orderBy(asc(coverageFiles.percentCovered), asc(coverageFiles.file))
    .limit(10),
);

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
