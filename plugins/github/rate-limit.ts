import { defineGauge, type Reading } from "../../core";

/** Calls that GitHub still allows the App's installation in this hour, as it said with its latest answer. */
export const rateLimitRemaining = defineGauge({
  name: "cocov_github_rate_limit_remaining",
  summary: "Calls that GitHub still allows the installation until its limit is renewed; absent while GitHub hasn't said",
  labels: [],
});

/** What GitHub allows the installation. */
export interface RateLimit {
  /** Takes in what an answer's headers say. */
  note(headers: Readonly<Record<string, unknown>>): void;
  read(): readonly Reading<never>[];
}

export function createRateLimit(): RateLimit {
  let known: { remaining: number; limit: number; renewedAt: number } | undefined;
  return {
    note(headers) {
      // Searches and the like have limits of their own.
      if ((headers["x-ratelimit-resource"] ?? "core") !== "core") return;
      const said = (name: string) => Number(headers[`x-ratelimit-${name}`]);
      const [remaining, limit, renewedAt] = [said("remaining"), said("limit"), said("reset")];
      if ([remaining, limit, renewedAt].every(Number.isFinite)) known = { remaining, limit, renewedAt };
    },
    read() {
      if (!known) return [];
      const renewed = known.renewedAt * 1000 < Date.now();
      return [{ labels: {}, value: renewed ? known.limit : known.remaining }];
    },
  };
}
