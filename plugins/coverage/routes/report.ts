import { z } from "zod";
import { type Guard, parameter, type Route, route } from "../../../core";
import type { RepositoryRow } from "../../repositories";
import { type ReportParts, takeReport } from "../uploads/take-report";

interface Parts extends ReportParts {
  access: Guard<object, { repository: RepositoryRow }>;
}

/** Bytes of a report, packed and unpacked. */
const bodyLimit = 64 * 1024 * 1024;

/** What stands in a report. Only documented so: it is read while it arrives. */
const reportBody = z.object({
  data: parameter
    .value(z.record(z.string(), z.string()), { missing: "report.missing_data", invalid: "report.invalid_data" })
    .meta({
      description:
        "Standard Base64 of each file's lines: `00` nothing to run, `1B` ignored, `15` missed, decimal digits for hits, `1E` between two " +
        "numbers. `./` and one `/` at the start of a path are left out",
      example: { "app/a.rb": "ADMeMTIVGwA=" },
    }),
  commit_sha: parameter
    .text({ missing: "report.missing_commit_sha", invalid: "report.invalid_commit_sha" })
    .meta({ description: "40 or 64 hexadecimal digits", example: "f3075304ba198d9aba419778c7babae2294e3490" }),
});

/** Where reporters deliver what test runs covered. */
export function reportRoute({ access, ...parts }: Parts): Route {
  return route({
    method: "POST",
    path: "/v1/reports",
    summary: "Upload coverage",
    description:
      "Of a whole commit: the newest report replaces the ones before. It is stored, and worked on in the background. When the commit isn't " +
      "known yet, the report waits two hours for it. May be packed with gzip or zstd (`Content-Encoding`), and sent as a form, URL-encoded " +
      "or multipart, with a field `data[path]` for each file.",
    access,
    rawBody: true,
    documentedBody: reportBody,
    bodyLimit,
    answers: { 204: null },
    errors: [
      "request.malformed",
      "report.missing_data",
      "report.missing_commit_sha",
      "report.invalid_data",
      "report.invalid_commit_sha",
    ],
    handle: async ({ repository, request, url, log }) => {
      await takeReport(parts, { repositoryId: repository.id, request, url, log, limit: bodyLimit });
    },
  });
}
