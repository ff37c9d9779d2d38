import { z } from "zod";
import { type Database, notFound, parameter, type Route, route } from "../../../core";
import { namedCommit, type Repositories } from "../../repositories";
import type { Source } from "../../source";
import { findFile, shownLines } from "../coverage-rows";
import { blocksOf } from "../line-data/blocks";
import { fileView } from "../schemas";

interface Parts {
  db: Database;
  repositories: Repositories;
  source: Source;
}

/** A file with the lines that were run. */
export function fileRoute({ db, repositories, source }: Parts): Route {
  return route({
    method: "GET",
    path: "/v1/repositories/:repo_name/commits/:commit_sha/coverage/file/:id",
    summary: "Show a file's coverage",
    description:
      "404 also when the commit's files aren't in the storage (they are fetched then), and when the path doesn't lead to a text in them. " +
      "Of a file with more than 100,000 lines, so many are shown.",
    ...repositories.guards.memberOfCommit,
    params: z.object({ ...namedCommit, id: parameter.id() }),
    answers: { 200: fileView },
    errors: ["not_found"],
    handle: async ({ repository, commit, params }) => {
      const [found] = await findFile(db, { commitId: commit.id, fileId: params.id });
      if (!found) throw notFound("The commit's coverage has no such file");
      const lines = await source.file({ repository, commit }, found.file);
      if (!lines) throw notFound("The commit's files aren't here, or have no text at this path");
      const slash = found.file.lastIndexOf("/");
      return {
        file: {
          base_path: slash < 0 ? "./" : found.file.slice(0, slash + 1),
          name: found.file.slice(slash + 1),
          source: [...lines],
        },
        coverage: {
          lines_covered: found.linesCovered,
          lines_total: found.linesTotal,
          percent_covered: found.percentCovered,
          blocks: blocksOf(found.rawData, shownLines),
        },
      };
    },
  });
}
