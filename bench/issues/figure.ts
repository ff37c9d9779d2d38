import { table } from "../../core/services/log/table";

/** What something costs next to a limit of the same run. Milliseconds, medians. */
export interface IssueFigure {
  readonly name: string;
  readonly platform: number;
  readonly limit: number;
  /** The median of the rounds' ratios: the platform's time divided by the limit's. */
  readonly ratio: number;
  /** The most that it may be; null for what is only reported. */
  readonly wanted: number | null;
}

/** @param ours, theirs times of the same rounds */
export function figure(name: string, ours: readonly number[], theirs: readonly number[], wanted: number | null): IssueFigure {
  const ratio = median(ours.map((time, round) => time / (theirs[round] ?? time)));
  return { name, platform: median(ours), limit: median(theirs), ratio, wanted };
}

/** @returns milliseconds */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

export function issuesReport(figures: readonly IssueFigure[]): string {
  const rows = figures.map(({ name, platform, limit, ratio, wanted }) => [
    name,
    platform.toFixed(1),
    limit.toFixed(1),
    ratio.toFixed(2),
    wanted === null ? "-" : wanted.toFixed(2),
    wanted === null ? "-" : ratio <= wanted ? "yes" : "NO",
  ]);
  return table(["what", "ms", "limit, ms", "ratio", "at most", "met"], rows);
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
