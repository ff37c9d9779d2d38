import { z } from "zod";
import type { Database, Events, Jobs, Transaction } from "../../core";
import { acted } from "../auth";

const ofJob = z.enum(["retry", "delete", "promote"]);
const ofName = z.enum(["pause", "resume", "retry_dead", "delete_dead"]);

/** What a form of the panel asks for. */
export const actForm = z.union([
  z.object({ act: ofJob, id: z.string().regex(/^\d{1,18}$/) }),
  z.object({ act: ofName, name: z.string().min(1).max(255) }),
]);

/** What came of it; each is told on the next page. */
export type ActOutcome =
  | "retried"
  | "deleted"
  | "promoted"
  | "paused"
  | "resumed"
  | "retried_all"
  | "deleted_all"
  | "some_left"
  | "not_possible";

interface Parts {
  readonly db: Database;
  readonly jobs: Jobs;
  readonly events: Events;
}

/** Does something to a job, or to all jobs of a name, and tells of it, in one transaction. What isn't possible any more is nothing. */
export async function perform({ db, jobs, events }: Parts, form: z.output<typeof actForm>): Promise<ActOutcome> {
  return await db.transaction(async (tx) => {
    if ("id" in form) {
      const job = await jobs.find(form.id, tx);
      if (!job || !(await actOnJob(tx, form))) return "not_possible";
      await tell(tx, `job.${done[form.act]}`, { id: Number(form.id), name: job.name });
      return done[form.act];
    }
    const outcome = await actOnName(tx, form);
    if (outcome !== "not_possible") await tell(tx, `jobs.${doneToAll[form.act]}`, { id: null, name: form.name });
    return outcome;
  });

  async function actOnJob(tx: Transaction, { act, id }: { act: z.output<typeof ofJob>; id: string }): Promise<boolean> {
    if (act === "retry") return await jobs.retry(id, tx);
    return act === "promote" ? await jobs.promote(id, tx) : await jobs.delete(id, tx);
  }

  async function actOnName(
    tx: Transaction,
    { act, name }: { act: z.output<typeof ofName>; name: string },
  ): Promise<ActOutcome> {
    // Names of plugins that are off may have jobs in the ledger; to pause what nobody knows would hide a mistyped name.
    if (act === "pause" && !jobs.kinds().some((kind) => kind.name === name)) return "not_possible";
    if (act === "pause") {
      await jobs.pause(name, tx);
      return "paused";
    }
    if (act === "resume") return (await jobs.resume(name, tx)) ? "resumed" : "not_possible";
    const count = act === "retry_dead" ? await jobs.retryDead(name, tx) : await jobs.deleteDead(name, tx);
    if (count === 0) return "not_possible";
    if (count === 1000) return "some_left";
    return act === "retry_dead" ? "retried_all" : "deleted_all";
  }

  async function tell(
    tx: Transaction,
    action: `${string}.${string}`,
    subject: { id: number | null; name: string },
  ): Promise<void> {
    await events.emit(tx, acted, { action, subject: { type: "job", ...subject }, repository: null });
  }
}

const done = { retry: "retried", delete: "deleted", promote: "promoted" } as const;
const doneToAll = { pause: "paused", resume: "resumed", retry_dead: "retried", delete_dead: "deleted" } as const;
