import type { CoverageFigure } from "./coverage";

/** @returns milliseconds that it took */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** @param ours and @param theirs taken in turns; what counts is the median of what each round says */
export function compared(
  name: string,
  ours: readonly number[],
  theirs: readonly number[],
  wanted: number,
): Omit<CoverageFigure, "load"> {
  const ratio = median(ours.map((time, round) => time / (theirs[round] ?? time)));
  return { name, platform: median(ours), limit: median(theirs), ratio, wanted };
}

export const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
