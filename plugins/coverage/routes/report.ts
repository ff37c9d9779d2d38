import { z } from "zod";
import { type Guard, parameter, type Route, route } from "../../../core";
import { errors as authErrors } from "../../auth";
import type { RepositoryRow } from "../../repositories";
import type { createAccept } from "../uploads/accept";
import { reportFiles } from "../uploads/report-files";

/** Bytes of a report, packed and unpacked. */
const bodyLimit = 64 * 1024 * 1024;

const wholeSha = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;

interface Parts {
  access: Guard<object, { repository: RepositoryRow }>;
  accept: ReturnType<typeof createAccept>;
}

/** Where reporters deliver what test runs covered. */
export function reportRoute({ access, accept }: Parts): Route {
  return route({
    method: "POST",
    path: "/v1/reports",
    summary: "Upload coverage",
    description:
      "Of a whole commit: the newest report replaces the ones before. It is stored, and worked on in the background. When the commit isn't " +
      "known yet, the report waits two hours for it. May be packed with gzip or zstd (`Content-Encoding`).",
    access,
    params: z.object({
      data: parameter
        .value(reportFiles, { missing: "report.missing_data", invalid: "report.invalid_data", keepEmptyObject: true })
        .meta({
          description:
            "Standard Base64 of each file's lines: `00` nothing to run, `1B` ignored, `15` missed, decimal digits for hits, `1E` between two " +
            "numbers. `./` and one `/` at the start of a path are left out",
        }),
      commit_sha: parameter
        .text({ missing: "report.missing_commit_sha", invalid: "report.invalid_commit_sha", trim: true })
        .regex(wholeSha, "must be a whole commit id: 40 or 64 hexadecimal digits")
        .meta({ example: "f3075304ba198d9aba419778c7babae2294e3490" }),
    }),
    bodyLimit,
    packedBody: true,
    // Line data has U+0000 where it comes as it is. Paths that can't be stored are refused one by one.
    unstorableText: "keep",
    answers: { 204: null },
    handle: async ({ repository, params: { data: files, commit_sha: sha } }) => {
      if ((await accept({ repositoryId: repository.id, sha, files })) === "repository_gone") {
        throw authErrors.fail("auth.forbidden", "The repository has been deleted");
      }
    },
  });
}
