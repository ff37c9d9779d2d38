import { and, asc, eq } from "drizzle-orm";
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

/** @returns the ten files that are covered least */
export const leastCovered = preparedRead((orm, { coverageId }: Given<{ coverageId: number }>) =>
  orm
    .select(listedColumns)
    .from(coverageFiles)
    .where(eq(coverageFiles.coverageInfoId, coverageId))
    .orderBy(asc(coverageFiles.percentCovered), asc(coverageFiles.file))
    .limit(10),
);

/** @returns a file of a commit's coverage, once that is completed */
export const findFile = preparedRead((orm, { commitId, fileId }: Given<{ commitId: number; fileId: number }>) =>
  orm
    .select({
      file: coverageFiles.file,
      rawData: coverageFiles.rawData,
      percentCovered: coverageFiles.percentCovered,
      linesCovered: coverageFiles.linesCovered,
      linesTotal: coverageFiles.linesTotal,
    })
    .from(coverageFiles)
    .innerJoin(coverageInfos, eq(coverageInfos.id, coverageFiles.coverageInfoId))
    .where(and(eq(coverageFiles.id, fileId), eq(coverageInfos.commitId, commitId), eq(coverageInfos.status, "completed"))),
);
