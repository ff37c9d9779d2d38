/** How often a runner does its upkeep and when it gives others up, all in seconds. Tests shorten it. */
export interface JobTiming {
  /** Looks for due jobs, should a notification have been lost. */
  poll: number;
  /** Says that it is alive, renews leases, takes back what others lost. */
  upkeep: number;
  /** A holder not seen for so long is gone. */
  stale: number;
  /** How long an attempt may be silent. */
  lease: number;
  /** A due job that was handed over so long ago and hasn't started is looked for in the queue. */
  lost: number;
  /** Whoever couldn't be told that a job is dead is told again. */
  retell: number;
  /** Dead jobs that are old enough are looked for. */
  forget: number;
  /** How long handlers have to end by themselves after their signal is aborted. */
  abortGrace: number;
}

export const defaultTiming: JobTiming = {
  poll: 2,
  upkeep: 5,
  stale: 15,
  lease: 60,
  lost: 15,
  retell: 60,
  forget: 3600,
  abortGrace: 1,
};
