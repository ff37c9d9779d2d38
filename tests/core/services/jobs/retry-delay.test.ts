import { expect, test } from "bun:test";
import fc from "fast-check";
import { defaultRetry } from "../../../../core/services/jobs/job";
import { retryDelaySeconds } from "../../../../core/services/jobs/retry-delay";

test("the house's rhythm is 1, 5, 15 and 60 seconds, 5 minutes, then hourly", () => {
  const delays = Array.from({ length: 11 }, (_, index) => retryDelaySeconds(defaultRetry, index + 1, 0.5));
  expect(delays).toEqual([1, 5, 15, 60, 300, 3600, 3600, 3600, 3600, 3600, 3600]);
});

test("a delay is off by at most 20 percent", () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), random, (attempt, chance) => {
      const delay = retryDelaySeconds({ attempts: 50, delays: [10] }, attempt, chance);
      return delay >= 8 && delay <= 12;
    }),
  );
});
