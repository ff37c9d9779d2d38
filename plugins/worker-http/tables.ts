import { boolean, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { column } from "../../core";

const { id, int8, moment, timestamps } = column;

/** Runs that wait for a Worker or are leased to one, oldest first. A run's row goes when the run ends. */
export const workerJobs = pgTable("worker_jobs", {
  id: id(),
  jobId: text("job_id").notNull().unique(),
  commitId: int8("commit_id").notNull(),
  leaseId: uuid("lease_id").unique(),
  worker: text("worker"),
  leasedUntil: moment("leased_until"),
  given: boolean("given").notNull().default(false),
  expiries: integer("expiries").notNull().default(0),
  canceling: boolean("canceling").notNull().default(false),
  heldUntil: moment("held_until"),
  refetches: integer("refetches").notNull().default(0),
  ...timestamps(),
});
