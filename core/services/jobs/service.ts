import { hostname } from "node:os";
import { z } from "zod";
import { defineService, type OpenService } from "../../app/service";
import { setting, text, wholeNumber } from "../../config/setting";
import { cuttingOff } from "../cutting-off";
import database from "../database/service";
import log from "../log/service";
import observation from "../observation/service";
import { readQueueUrl } from "./bunqueue/queue-url";
import { createJobLedger, type JobLedger } from "./ledger";
import { createJobRunner, type JobRunner } from "./runner";
import type { JobTiming } from "./timing";

/** The ledger, and whether jobs run where they should. */
export interface RunningJobs extends JobLedger {
  /** False when this process runs jobs and has been cut off from the ledger for so long that others take over. */
  healthy(): boolean;
}

interface Options {
  readonly timing: Partial<JobTiming>;
}

export default defineService({
  name: "jobs",
  summary: "Runs what was enqueued: the ledger in the database, timed and limited by bunqueue",
  settings: z.object({
    queueUrl: setting(text.refine((url) => readQueueUrl(url) !== null).optional(), {
      env: "COCOV_QUEUE_URL",
      summary: "bunqueue servers; without them jobs are timed inside this process",
      accepts: "bunqueue://HOST:PORT, several separated by commas",
    }),
    keepDeadJobsDays: setting(wholeNumber(1, 3650).default(30), {
      env: "COCOV_KEEP_DEAD_JOBS_DAYS",
      summary: "how long jobs that ran out of attempts are kept",
      accepts: "a whole number from 1 to 3650",
    }),
  }),
  needs: [log, observation, database],
  front: true,
  readiness: { jobs: async ({ healthy }) => (healthy() ? "ok" : "failing") },
  console: {
    jobs: { summary: "the job ledger: await jobs.depth(), jobs.dead(), jobs.retry(id)", value: (jobs) => jobs },
  },
  open({ settings, use, ...context }): OpenService<RunningJobs> {
    const options: Partial<Options> = context.options;
    const ledger = createJobLedger({ db: use.database });
    const runs = settings.role !== "web";
    let runner: JobRunner | undefined;
    return {
      api: Object.assign(ledger, { healthy: () => !runs || (runner?.healthy() ?? false) }),
      attach({ plugins }) {
        const handled = plugins.flatMap(({ parts }) => parts.jobs ?? []);
        ledger.declare(handled.map(({ definition }) => definition));
        runner = createJobRunner({
          db: use.database,
          ledger,
          handled,
          queueUrl: settings.queueUrl,
          log: use.log,
          beginnings: () => use.observation.begin,
          processName: hostname(),
          keepDeadDays: settings.keepDeadJobsDays,
          timing: options.timing,
        });
      },
      start: async () => {
        if (runs) await runner?.start();
      },
      // Once for handlers that hear that they should end, and once for handing back those that don't.
      stop: (ms) => runner?.stop({ timeoutMs: ms - 2 * cuttingOff(ms), graceMs: cuttingOff(ms) }),
    };
  },
  preview: (): RunningJobs => Object.assign(createJobLedger({ db: database.preview() }), { healthy: () => false }),
});
