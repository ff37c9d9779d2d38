import { lcovParser } from "@friedemannsommer/lcov-parser/sync";
import { addHits, type Coverage, linesOf } from "../line-hits";

/** lcov's tracefile, which most JavaScript, C and Rust tools write: https://github.com/linux-test-project/lcov (geninfo, FILES). */
export function readLcov(text: string): Coverage {
  const coverage: Coverage = new Map();
  for (const { path, lines } of lcovParser({ from: text })) {
    const own = linesOf(coverage, path);
    for (const { line, hit } of lines.details) addHits(own, line, hit);
  }
  return coverage;
}
