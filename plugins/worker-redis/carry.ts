import type { Database, Logger } from "../../core";
import type { Clients } from "../cache";
import type { Checks } from "../checks";
import { findRun, isStale, markSending, markStage, note, noteRenewed, type RunRow, removeRun } from "./runs";
import type { WorkerList } from "./worker-list";

/**
 * Does in Redis what is to be done for a run, as its row says: pushes it, takes it off, forgets it. Nothing happens when that is done
 * already, or being done by somebody else.
 * @throws Unreachable; the row says the same as before then
 */
export type Carry = (jobId: string) => Promise<void>;

interface Parts {
  db: Database;
  checks: Checks;
  list: WorkerList;
  /** Undefined while nobody keeps a cache. */
  clients: Pick<Clients, "authorize"> | undefined;
  log: Logger;
}

/** No transaction is open while Redis is talked to: each step reads, talks, and writes down what came of it. */
export function createCarry({ db, checks, list, clients, log }: Parts): Carry {
  return async function carry(jobId) {
    const run = await findRun(db, jobId);
    if (!run) return;
    if (run.canceling && !run.told) {
      if (!(await cancel(run))) return;
    } else if (run.ended) await forget(run);
    else if (!run.canceling && (run.stage === "new" || run.stage === "sending")) await push(run);
    else if (!run.canceling && run.stage === "listed" && isStale(run)) await renew(run);
    else return;
    await carry(jobId);
  };

  async function push({ jobId, stage }: RunRow): Promise<void> {
    // Without Redis the run stays one that nobody can have, and no authorizations are made for it.
    await list.ping();
    await clients?.authorize(jobId);
    const entry = await db.transaction(async (tx) => {
      const made = await checks.queueEntry(tx, jobId);
      return made && (await markSending(tx, jobId)) ? made : null;
    });
    if (!entry) return await leave(jobId);
    const found = await list.push(entry, stage === "sending");
    if (found === "listed") await markStage(db, [jobId], { from: "sending", to: "listed" });
    else if (found === "taken") await noteTaken(jobId);
    else await readmit(jobId);
  }

  /** Nobody has come for it in days. It keeps its place. */
  async function renew({ jobId }: RunRow): Promise<void> {
    const entry = await db.transaction((tx) => checks.queueEntry(tx, jobId));
    if (!entry) return await leave(jobId);
    await list.renew(entry);
    await noteRenewed(db, jobId);
  }

  /** A run that isn't to be given out: it was canceled or has ended, as its row says then, or it went to another transport. */
  async function leave(jobId: string): Promise<void> {
    const run = await findRun(db, jobId);
    if (run && !run.canceling) await note(db, jobId, "ended");
  }

  async function noteTaken(jobId: string): Promise<void> {
    const [taken] = await markStage(db, [jobId], { from: "sending", to: "taken" });
    if (taken !== undefined) await checks.heardFrom(db, jobId);
  }

  /** It was taken off or forgotten, but is to be pushed: it came back from another transport. */
  async function readmit(jobId: string): Promise<void> {
    const run = await findRun(db, jobId);
    if (run && !run.canceling && !run.ended) await list.readmit(jobId);
  }

  /** @returns false when that is to be tried again later: the run goes on, and no Worker listens */
  async function cancel(run: RunRow): Promise<boolean> {
    const { jobId } = run;
    const where = await list.takeOff(run, !run.begun && (run.stage === "new" || run.stage === "sending"));
    if (where === "unheard" && !run.ended) return false;
    await db.transaction(async (tx) => {
      if (where === "off") await checks.takenBack(tx, jobId);
      await note(tx, jobId, "told");
    });
    log.info({ jobId }, where === "off" ? "a canceled run was taken off the list" : "a run's Worker was told to stop");
    return true;
  }

  async function forget({ jobId }: RunRow): Promise<void> {
    await list.forget(jobId, false);
    await removeRun(db, jobId);
  }
}
