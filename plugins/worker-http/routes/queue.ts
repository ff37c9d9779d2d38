import { z } from "zod";
import { type Database, notFound, parameter, type Route, route } from "../../../core";
import type { AccessGuards } from "../../auth";
import type { CommitStorage } from "../../storage";
import { serveArchive } from "../archive-answer";
import { errors } from "../errors";
import { commitOfRun, listQueuedRuns } from "../list";
import { presentQueuedRun, queuedRunList } from "../schemas";

interface Parts {
  db: Database;
  worker: ReturnType<AccessGuards["service"]>;
  storage: CommitStorage;
}

const archive = { contentType: "application/zstd" };

/** The queue, and the files of its runs' commits. */
export function queueRoutes({ db, worker, storage }: Parts): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/worker/jobs",
      summary: "List runs for workers",
      description: "What waits and what is leased, in the order in which it is given out.",
      access: worker,
      paginated: true,
      answers: { 200: queuedRunList },
      handle: async ({ page }) => {
        const { rows, total } = await listQueuedRuns(db, page);
        return { jobs: rows.map(presentQueuedRun), paging: page.block(total) };
      },
    }),
    route({
      method: "GET",
      path: "/v1/worker/jobs/:job_id/archive",
      summary: "Download the files of a run's commit",
      description:
        "A tar archive, compressed with Zstandard, with everything below one folder: unpack it without the first part of each path. `Digest` carries the SHA-256 of the whole archive, in Base64. One range of bytes may be asked for with `Range`; send the `ETag` of the first part as `If-Range`, and what follows is of the same archive, or the whole of another one.",
      access: worker,
      params: z.object({ job_id: parameter.text() }),
      answers: { 200: { ...archive, summary: "The archive" }, 206: { ...archive, summary: "The part asked for" } },
      errors: ["not_found", "worker.archive_missing", "worker.unsatisfiable_range"],
      handle: async ({ params, request }) => {
        const commit = await commitOfRun(db, params.job_id);
        if (!commit) throw notFound("There is no such run");
        const { id, repository: name, sha } = commit;
        const stored = await storage.ready({ id, name, sha, isRecorded: true });
        if (!stored) throw errors.fail("worker.archive_missing", undefined, { "retry-after": "60" });
        return serveArchive(request, { ...stored, open: (range) => storage.open(stored, range) }, `${sha}.tar.zst`);
      },
    }),
  ];
}
