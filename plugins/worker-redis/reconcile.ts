import type { Database, Jobs, Logger } from "../../core";
import type { Checks } from "../checks";
import { carryRun } from "./jobs";
import { countSent, endOrphans, isStale, type Listed, listed, markStage, strays, unfinished } from "./runs";
import { transportName } from "./transport";
import type { Whereabouts, WorkerList } from "./worker-list";

/** Sets right what Redis was told, lost or forgot since. @throws Unreachable */
export type Reconcile = (signal: AbortSignal) => Promise<void>;

interface Parts {
  db: Database;
  jobs: Jobs;
  checks: Checks;
  list: WorkerList;
  log: Logger;
}

/**
 * Redis may have been away, restarted empty, flushed, or gone back to what it was an hour ago. A run that no Worker took before is
 * pushed again; one that a Worker has is that Worker's, and ends by the time limits of runs when it says nothing.
 */
export function createReconcile({ db, jobs, checks, list, log }: Parts): Reconcile {
  return async (signal) => {
    await endOrphans(db, transportName);
    // While Redis doesn't work nothing can be done, for any number of runs.
    const length = await list.length();
    for await (const runs of inBatches((after) => unfinished(db, after))) {
      signal.throwIfAborted();
      await wake(runs.map(({ jobId }) => jobId));
    }
    for await (const runs of inBatches((after) => listed(db, after))) {
      signal.throwIfAborted();
      await survey(runs);
    }
    if (length > (await countSent(db))) await removeStrays();
  };

  async function survey(runs: readonly Listed[]): Promise<void> {
    const found = await list.survey(runs.map(({ jobId }) => jobId));
    const byPlace = Map.groupBy(runs, (run) => placeOf(run, found[runs.indexOf(run)] ?? "listed"));
    const idsAt = (place: Whereabouts) => byPlace.get(place)?.map(({ jobId }) => jobId) ?? [];
    const taken = await markStage(db, idsAt("taken"), { from: "listed", to: "taken" });
    // From when on its Worker may be silent for too long.
    for (const jobId of taken) await checks.heardFrom(db, jobId);
    const lost = await markStage(db, idsAt("unknown"), { from: "listed", to: "sending" });
    if (lost.length > 0) log.warn({ runs: lost.length }, "Redis has lost runs that waited for Workers; they are pushed again");
    const stale = (byPlace.get("listed") ?? []).filter(isStale).map(({ jobId }) => jobId);
    await wake([...lost, ...stale]);
  }

  async function wake(jobIds: readonly string[]): Promise<void> {
    if (jobIds.length === 0) return;
    const payloads = jobIds.map((jobId) => ({ jobId }));
    await db.transaction((tx) => jobs.enqueueAll(tx, carryRun, payloads));
  }

  /** Workers would report on runs that are over, or work on one that another has. */
  async function removeStrays(): Promise<void> {
    const found = await strays(db, await list.jobIds());
    let removed = 0;
    for (const { jobId, taken } of found) {
      if (!taken) await list.forget(jobId, true);
      if (!taken || (await list.retake(jobId))) removed += 1;
    }
    if (removed > 0) log.warn({ entries: removed }, "took entries off the list in Redis whose runs are over or with a Worker");
  }
}

/** A run that Redis knows nothing of is lost, unless its Worker has reported. */
function placeOf({ begun }: Listed, found: Whereabouts): Whereabouts {
  return found === "unknown" && begun ? "taken" : found;
}

async function* inBatches(read: (after: number) => Promise<Listed[]>): AsyncGenerator<Listed[]> {
  for (let after = 0; ; ) {
    const found = await read(after);
    const last = found.at(-1);
    if (!last) return;
    yield found;
    after = last.id;
  }
}
