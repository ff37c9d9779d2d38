import type { RetryPolicy } from "./job";

/**
 * Seconds to wait after a failed attempt, ±20 % so that jobs that failed together don't come back together.
 *
 * @param failedAttempt number of the attempt that failed, from 1
 * @param random a number in [0, 1)
 */
export function retryDelaySeconds(policy: RetryPolicy, failedAttempt: number, random = Math.random()): number {
  const delay = policy.delays[Math.min(failedAttempt, policy.delays.length) - 1] ?? 0;
  return delay * (0.8 + 0.4 * random);
}
