import { table } from "../../core/services/log/table";
import type { CoverageMeasured } from "./coverage";

/** @returns what was measured, for people */
export function coverageReport({ figures, memory }: CoverageMeasured): string {
  const met = (isMet: boolean): string => (isMet ? "yes" : "NO");
  const times = figures.map(({ name, platform, limit, ratio, wanted, load }) => [
    name,
    platform.toFixed(1),
    limit?.toFixed(1) ?? "",
    ratio?.toFixed(2) ?? "",
    wanted?.toFixed(1) ?? "",
    ratio === null || wanted === null ? "" : met(ratio <= wanted),
    load.toFixed(1),
  ]);
  const sizes = memory.map(({ name, mebibytes, wanted }) => [
    name,
    mebibytes.toFixed(0),
    String(wanted),
    met(mebibytes < wanted),
  ]);
  return [
    table(["what", "ms", "limit, ms", "ratio", "at most", "met", "load"], times),
    table(["memory of the platform's process", "MiB", "less than", "met"], sizes),
  ].join("\n");
}
