import { z } from "zod";
import { type Database, parameter, type Route, route, timeSeconds } from "../../../core";
import type { AccessGuards } from "../../auth";
import type { Checks } from "../../checks";
import { errors } from "../errors";
import type { HandOut } from "../hand-out";
import { extendLease } from "../leases";
import type { LongPoll } from "../long-poll";
import { leasedRun, presentLeasedRun, renewedLease } from "../schemas";

interface Parts {
  db: Database;
  worker: ReturnType<AccessGuards["service"]>;
  handOut: HandOut;
  longPoll: LongPoll;
  checks: Pick<Checks, "heardFrom">;
}

const duration = parameter
  .integer({ min: 30, max: 3600, invalid: "worker.invalid_duration" })
  .default(120)
  .meta({ description: "Seconds until the run goes to somebody else unless the lease is renewed" });
const wait = parameter
  .integer({ min: 0, max: 30, invalid: "worker.invalid_wait" })
  .default(0)
  .meta({ description: "Seconds to wait for a run when there is none" });
const lease = { id: parameter.text() };

/** How a worker gets runs, keeps them and gives them back. */
export function leaseRoutes({ db, worker, handOut, longPoll, checks }: Parts): Route[] {
  return [
    route({
      method: "POST",
      path: "/v1/worker/leases",
      summary: "Take a run",
      description:
        "The oldest run that no worker has. Renew the lease while you work; it ends by wrapping the run up. A lease that runs out gives the run to somebody else, at most twice; then the run ends as errored.",
      access: worker,
      params: z.object({
        worker: parameter
          .text({ missing: "worker.missing_name", trim: true })
          .max(200)
          .meta({ description: "The worker's name, for operators", example: "worker-1" }),
        wait,
        duration,
      }),
      answers: { 200: leasedRun, 204: null },
      handle: async ({ params, request, url }) => {
        const run = await longPoll.lease(params, request.signal);
        return run ? presentLeasedRun(run, url.origin) : undefined;
      },
    }),
    route({
      method: "POST",
      path: "/v1/worker/leases/:id/renew",
      summary: "Keep a run",
      description: "Call it well before the lease runs out: every third of its duration, say.",
      access: worker,
      params: z.object({ ...lease, duration }),
      answers: { 200: renewedLease },
      errors: ["worker.lease_lost"],
      handle: async ({ params }) => {
        const extended = await extendLease(db, params.id, params.duration);
        if (!extended) throw errors.fail("worker.lease_lost");
        await checks.heardFrom(db, extended.jobId);
        return { expires_at: timeSeconds(extended.expiresAt), canceling: extended.canceling };
      },
    }),
    route({
      method: "POST",
      path: "/v1/worker/leases/:id/release",
      summary: "Give a run back",
      description: "The next worker gets it. For workers that are shut down.",
      access: worker,
      params: z.object(lease),
      answers: { 204: null },
      errors: ["worker.lease_lost"],
      handle: async ({ params }) => {
        if (!(await handOut.release(params.id))) throw errors.fail("worker.lease_lost");
      },
    }),
  ];
}
