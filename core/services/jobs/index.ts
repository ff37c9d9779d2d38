/** What plugins import of it. */

export {
  type Death,
  type DeathHandler,
  defaultRetry,
  defineJob,
  type HandledJob,
  type Job,
  type JobRun,
  type Jobs,
  type RetryPolicy,
} from "./job";
export type { PausedName } from "./job-control";
export type { JobKind, JobSchedule } from "./job-kinds";
export { type JobCount, type JobPage, type JobQuery, type JobState, jobStates, type ListedJob } from "./job-listing";
