import { createCoverageMap } from "istanbul-lib-coverage";
import { z } from "zod";
import { addHits, type Coverage, linesOf } from "../line-hits";

const map = z.record(
  z.string(),
  z.looseObject({ path: z.string(), statementMap: z.record(z.string(), z.unknown()), s: z.record(z.string(), z.number()) }),
);

/** Istanbul's `coverage-final.json`, as nyc, c8, Jest and Vitest write it. */
export function readIstanbul(text: string): Coverage {
  const parsed: unknown = JSON.parse(text);
  map.parse(parsed);
  const files = createCoverageMap(parsed as Parameters<typeof createCoverageMap>[0]);
  const coverage: Coverage = new Map();
  for (const path of files.files()) {
    const own = linesOf(coverage, path);
    for (const [line, hits] of Object.entries(files.fileCoverageFor(path).getLineCoverage())) addHits(own, Number(line), hits);
  }
  return coverage;
}
