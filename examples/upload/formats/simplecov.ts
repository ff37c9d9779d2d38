import { z } from "zod";
import { addHits, type Coverage, linesOf } from "../line-hits";

/** `ignored` stands for lines between `:nocov:` marks. */
const lines = z.array(z.union([z.number(), z.null(), z.literal("ignored")]));
/** Before 0.18 the lines stood there without a key. */
const file = z.union([lines, z.object({ lines }).transform((object) => object.lines)]);
const resultSet = z.record(z.string(), z.object({ coverage: z.record(z.string(), file) }));

/** SimpleCov's `.resultset.json`: one entry for each suite of tests, which add up. */
export function readSimpleCov(text: string): Coverage {
  const coverage: Coverage = new Map();
  for (const suite of Object.values(resultSet.parse(JSON.parse(text)))) {
    for (const [path, hits] of Object.entries(suite.coverage)) {
      const own = linesOf(coverage, path);
      for (const [index, times] of hits.entries()) if (typeof times === "number") addHits(own, index + 1, times);
      while (own.length < hits.length) own.push(null);
    }
  }
  return coverage;
}
