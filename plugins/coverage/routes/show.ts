import { z } from "zod";
import { type Database, type Route, route } from "../../../core";
import { namedCommit, presentRepository, type Repositories } from "../../repositories";
import { coverageWithFiles, coverageWithLeastCovered, type ListedFile } from "../coverage-rows";
import { coverageList, coverageSummary } from "../schemas";

/** A commit's coverage: in short, and file by file. */
export function showRoutes({ db, repositories }: { db: Database; repositories: Repositories }): Route[] {
  const { memberOfCommit } = repositories.guards;
  return [
    route({
      method: "GET",
      path: "/v1/repositories/:repo_name/commits/:commit_sha/coverage",
      summary: "Show a commit's coverage",
      ...memberOfCommit,
      params: z.object(namedCommit),
      answers: { 200: coverageList(repositories) },
      handle: async ({ repository, commit }) => {
        const [coverage, shown] = await Promise.all([
          coverageWithFiles(db, commit.id),
          repositories.present.commit(db, commit),
        ]);
        const place = { repository: presentRepository(repository), commit: shown };
        if (coverage?.status !== "completed") return { ...place, status: coverage?.status ?? "waiting" };
        return { ...place, status: coverage.status, files: coverage.files.map(presentFile) };
      },
    }),
    route({
      method: "GET",
      path: "/v1/repositories/:repo_name/commits/:commit_sha/coverage/summary",
      summary: "Sum up a commit's coverage",
      description: "204 when nothing was uploaded.",
      ...memberOfCommit,
      params: z.object(namedCommit),
      answers: { 200: coverageSummary(repositories), 204: null },
      handle: async ({ repository, commit }) => {
        // At once rather than one after the other: what is shown before there is anything costs a statement too many.
        const [coverage, shown] = await Promise.all([
          coverageWithLeastCovered(db, commit.id),
          repositories.present.commit(db, commit),
        ]);
        if (!coverage) return undefined;
        const { files, status, percentCovered, linesTotal, linesCovered } = coverage;
        const place = { repository: presentRepository(repository), commit: shown };
        if (percentCovered === null || linesTotal === null || linesCovered === null) return { status, ...place };
        const figures = { percent_covered: percentCovered, lines_total: linesTotal, lines_covered: linesCovered };
        return { status, ...place, ...figures, least_covered: files.map(presentFile) };
      },
    }),
  ];
}

const presentFile = ({ id, file, percentCovered: percent_covered }: ListedFile) => ({ id, file, percent_covered });
