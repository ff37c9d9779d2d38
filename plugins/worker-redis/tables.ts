import { boolean, pgTable, text } from "drizzle-orm/pg-core";
import { column } from "../../core";

const { id, int8, moment, timestamps } = column;

/** How far a run is known to have come. */
export const stages = ["new", "sending", "listed", "taken"] as const;

/** Runs that were given to Workers through Redis, or are to be. A run's row goes when Redis has nothing of it any more. */
export const workerRedisRuns = pgTable("worker_redis_runs", {
  id: id(),
  jobId: text("job_id").notNull().unique(),
  checkSetId: int8("check_set_id").notNull(),
  stage: text("stage", { enum: stages }).notNull().default("new"),
  madeAt: moment("made_at"),
  begun: boolean("begun").notNull().default(false),
  canceling: boolean("canceling").notNull().default(false),
  told: boolean("told").notNull().default(false),
  ended: boolean("ended").notNull().default(false),
  ...timestamps(),
});
