import { type Database, isForeignKeyViolation, type RequestContext } from "../../../core";
import { errors as authErrors } from "../../auth";
import { errors } from "../errors";
import type { createAccept } from "./accept";
import { openArrival } from "./arrival";
import type { Places } from "./places";
import { readReport } from "./read-report";
import { createReceivedFiles, type ReceivedFiles } from "./received-files";

export interface ReportParts {
  db: Database;
  accept: ReturnType<typeof createAccept>;
  places: Places;
}

interface Sent extends Pick<RequestContext, "request" | "url" | "log"> {
  readonly repositoryId: number;
  /** Bytes that the body may have. */
  readonly limit: number;
}

/**
 * Takes in a report: reads it as it arrives, stores it, and has it worked on.
 * @throws ApiError when it isn't one; nothing of it is kept then
 */
export async function takeReport(
  { db, accept, places }: ReportParts,
  { repositoryId, request, url, log, limit }: Sent,
): Promise<void> {
  const arrival = await openArrival(db, repositoryId);
  const files = createReceivedFiles();
  async function writeFull(): Promise<void> {
    for (const part of files.takeFull()) await db.transaction((tx) => arrival.write(tx, part));
  }
  try {
    await readReport(request, limit, { report: files, drain: writeFull, places });
    const sha = judged(files, url.searchParams.get("commit_sha"));
    await writeFull();
    await accept(arrival, { sha, last: files.takeLast(), replaced: files.replaced });
  } catch (error) {
    await arrival.drop().catch((also: unknown) => log.warn({ err: also }, "an upload that broke off is left for upkeep"));
    throw isForeignKeyViolation(error) ? authErrors.fail("auth.forbidden", "The repository has been deleted") : error;
  }
}

const wholeSha = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;

/** @returns the commit that a report is about. @throws ApiError for the first mistake in it */
function judged({ form, mistake, sha: inBody }: ReceivedFiles, inQuery: string | null): string {
  if (form === null) throw errors.fail("report.missing_data");
  const sha = (inBody ?? inQuery ?? "").trim();
  if (sha === "") throw errors.fail("report.missing_commit_sha");
  if (form === "other") throw errors.fail("report.invalid_data");
  if (mistake !== null) throw errors.fail("report.invalid_data", `data: ${mistake}`);
  if (!wholeSha.test(sha)) throw errors.fail("report.invalid_commit_sha");
  return sha;
}
