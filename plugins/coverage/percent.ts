/** How many lines could have been run, and how many were. */
export interface Lines {
  readonly covered: number;
  readonly total: number;
}

/** @returns percent of lines that were run; 0 when there were none */
export const percentOf = ({ covered, total }: Lines): number => (total === 0 ? 0 : (covered * 100) / total);

/** @returns the same in whole percent, never more than was reached */
export const wholePercentOf = (lines: Lines): number => Math.floor(percentOf(lines));

/** @returns percent with one or two decimals, half a hundredth rounded up: `94.29`, `94.3`, `100.0` */
export function percentText({ covered, total }: Lines): string {
  if (total === 0) return "0.0";
  // In whole numbers: as a fraction, half a hundredth may turn out to be less.
  const hundredths = Math.floor((covered * 20_000 + total) / (2 * total));
  const text = `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, "0")}`;
  return text.endsWith("0") ? text.slice(0, -1) : text;
}
