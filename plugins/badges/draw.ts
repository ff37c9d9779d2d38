import { makeBadge } from "badge-maker";
import type { Figure } from "./value";

/** Least percentage -> colour; the first that fits. */
const ofCoverage = [
  [90, "brightgreen"],
  [80, "green"],
  [70, "yellowgreen"],
  [60, "yellow"],
  [50, "orange"],
  [-Infinity, "red"],
] as const;

/** Most issues -> colour; the first that fits. */
const ofIssues = [
  [0, "brightgreen"],
  [9, "yellowgreen"],
  [49, "yellow"],
  [99, "orange"],
  [Infinity, "red"],
] as const;

/** @returns the name of the colour that a badge has; @param value null when it isn't known */
export function badgeColor(figure: Figure, value: number | null): string {
  if (value === null) return "lightgrey";
  const found = figure === "coverage" ? ofCoverage.find(([least]) => value >= least) : ofIssues.find(([most]) => value <= most);
  return found?.[1] ?? "lightgrey";
}

/** @returns a badge as SVG */
export function drawBadge(figure: Figure, value: number | null): string {
  const message = value === null ? "unknown" : figure === "coverage" ? `${value}%` : String(value);
  return makeBadge({ label: figure, message, color: badgeColor(figure, value) });
}
