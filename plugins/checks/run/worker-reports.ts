import { eq } from "drizzle-orm";
import { type Events, type Given, notFound, preparedRead, type Transaction } from "../../../core";
import { checkStatusesOf } from "../check-set/check-rows";
import { type CheckSetRow, lockCheckSet, moveCheckSet, runOf } from "../check-set/check-set-rows";
import { following, wrapUp } from "../check-set/check-set-states";
import { type CheckStatus, nextCheckStatus } from "../check-set/check-states";
import { errors } from "../errors";
import { runChanged } from "../events";
import { matchCheck } from "../manifest/match-check";
import type { Run } from "../slots";
import { checks } from "../tables";
import type { RunEnd } from "./end";
import { lockExisting } from "./requests";
import type { Transports } from "./transports";

/** What a Worker says about one check. */
export interface CheckReport {
  /** The image reference up to its first colon. */
  readonly pluginName: string;
  readonly status: CheckStatus;
  /** What the container printed; may be blank. Kept with `errored` only. */
  readonly errorOutput: string;
}

/**
 * What Workers call. They repeat themselves until they get a 2xx, so everything may come twice, and late: about a run that was ended
 * and started again since. Those that say which run they mean get `checks.stale_run` then. Of the others nothing counts while
 * nobody can have the present run.
 */
export interface WorkerReports {
  /** @throws 404 for a commit without that check, `checks.stale_run` */
  report(tx: Transaction, run: ReportedCheck, report: CheckReport): Promise<void>;
  /** The Worker begins. @throws 404 for a commit without a check set, `checks.stale_run` */
  begin(tx: Transaction, run: ReportedRun): Promise<void>;
  /** The Worker is done. @throws as above, `checks.not_finished` */
  wrapUp(tx: Transaction, run: ReportedRun): Promise<void>;
}

/** Which run a Worker speaks of. `jobId`: undefined for the deployed ones, which don't say. */
export interface ReportedRun {
  readonly commitId: number;
  readonly jobId: string | undefined;
}

/** The same of a report on a check. `waiting`: the run of the commit that no Worker had when the report came, for sure. */
export interface ReportedCheck extends ReportedRun {
  readonly waiting: Run | null;
}

interface Parts {
  events: Events;
  end: RunEnd;
  transports: Transports;
}

export function createWorkerReports({ events, end, transports }: Parts): WorkerReports {
  return {
    async report(tx, { commitId, jobId, waiting }, { pluginName, status, errorOutput }) {
      const set = await lockCheckSet(tx, commitId);
      if (set) assertCurrent(set, jobId);
      const check = set && matchCheck(pluginName, await reportableChecks(tx, { checkSetId: set.id }));
      if (!check) throw notFound(`This commit has no check for ${pluginName}`);
      if (set.status === "queued" && (set.jobId === waiting?.jobId || (await transports.isWaiting(tx, set)))) return;
      if (nextCheckStatus(check.status, status) === status) await changeCheck(tx, check.id, status, errorOutput);
      await noteCallback(tx, set);
    },

    async begin(tx, { commitId, jobId }) {
      const set = await lockExisting(tx, commitId);
      assertCurrent(set, jobId);
      await noteCallback(tx, set);
      // Nobody was given a run that isn't queued, so that is a late word about the one before.
      if (set.canceling || !following(set.status, "begun")) return;
      await moveCheckSet(tx, set, "begun");
      const run = runOf(set);
      if (!run) return;
      await transports.of(set)?.begun?.(tx, run);
      await events.emit(tx, runChanged, { ...run, what: "begun" });
    },

    async wrapUp(tx, { commitId, jobId }) {
      const set = await lockExisting(tx, commitId);
      assertCurrent(set, jobId);
      const result = wrapUp(set, await checkStatusesOf(tx, set.id));
      if (result.outcome === "not_finished") throw errors.fail("checks.not_finished");
      if (result.outcome === "end") await end.end(tx, set, result.status);
    },
  };
}

/** @throws `checks.stale_run` for another run than the check set's */
export function assertCurrent(set: CheckSetRow | undefined, jobId: string | undefined): void {
  if (jobId !== undefined && jobId.toLowerCase() !== set?.jobId) throw errors.fail("checks.stale_run");
}

const reportableChecks = preparedRead((orm, { checkSetId }: Given<{ checkSetId: number }>) =>
  orm
    .select({ id: checks.id, pluginName: checks.pluginName, imageReference: checks.imageReference, status: checks.status })
    .from(checks)
    .where(eq(checks.checkSetId, checkSetId)),
);

async function changeCheck(tx: Transaction, id: number, status: CheckStatus, output: string): Promise<void> {
  const { sql } = tx;
  const rest = {
    waiting: () => sql``,
    in_progress: () => sql`, started_at = now()`,
    completed: () => sql`, error_output = NULL ${ended()}`,
    canceled: () => sql`, error_output = NULL ${ended()}`,
    errored: () => sql`, error_output = ${storedOutput(output)} ${ended()}`,
  } satisfies Record<CheckStatus, () => unknown>;
  const ended = () => sql`, started_at = coalesce(started_at, now()), finished_at = coalesce(finished_at, now())`;
  await sql`UPDATE checks SET status = ${status} ${rest[status]()}, updated_at = now() WHERE id = ${id}`;
}

/** For the sweep that ends runs nobody reports on. */
async function noteCallback(tx: Transaction, { id }: CheckSetRow): Promise<void> {
  await tx.sql`UPDATE check_sets SET last_callback_at = now() WHERE id = ${id}`;
}

/** Characters kept of what a container printed. */
const maxOutput = 1024 * 1024;

function storedOutput(output: string): string {
  if (output.trim() === "") return "The plugin failed without printing anything.";
  return output.length <= maxOutput ? output : `[…]\n${output.slice(-maxOutput)}`.toWellFormed();
}
