import type { Finding } from "./doctor-check";

/** Seconds from which a clock is told of, and from which things break. */
const tolerance = { warning: 5, failing: 60 } as const;

/**
 * @param whose clock it is that is compared with this machine's
 * @param aheadMs how far that clock is ahead
 * @param uncertainMs how wrong the comparison may be
 */
export function clockFinding(whose: string, aheadMs: number, uncertainMs: number): Finding {
  const seconds = Math.max(0, Math.abs(aheadMs) - uncertainMs) / 1000;
  if (seconds < tolerance.warning) return { state: "ok", summary: `This machine's clock agrees with that of ${whose}.` };
  const direction = aheadMs > 0 ? "behind" : "ahead of";
  return {
    state: seconds < tolerance.failing ? "warning" : "failing",
    summary: `This machine's clock is ${Math.round(seconds)} s ${direction} that of ${whose}.`,
    remedy: "Have both machines set their clocks by NTP.",
  };
}
