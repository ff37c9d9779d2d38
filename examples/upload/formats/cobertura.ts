import { z } from "zod";
import { addHits, type Coverage, linesOf } from "../line-hits";
import { parseXml } from "./xml";

const count = z.coerce.number();
/** An element without content is empty text. */
const orNothing = <T extends z.ZodType>(schema: T) => z.union([z.literal("").transform(() => undefined), schema]).optional();

const line = z.object({ "@number": count, "@hits": count });
const report = z.object({
  coverage: z.object({
    packages: orNothing(
      z.object({
        package: z
          .array(
            z.object({
              classes: orNothing(
                z.object({
                  class: z
                    .array(
                      z.object({ "@filename": z.string(), lines: orNothing(z.object({ line: z.array(line).default([]) })) }),
                    )
                    .default([]),
                }),
              ),
            }),
          )
          .default([]),
      }),
    ),
  }),
});

/** Cobertura's XML, which tools for Python, .NET, C and many more write. A file may have several classes, which don't share lines. */
export function readCobertura(text: string): Coverage {
  const { packages } = report.parse(parseXml(text, ["package", "class", "line", "method", "source"])).coverage;
  const coverage: Coverage = new Map();
  const classes = (packages?.package ?? []).flatMap(({ classes }) => classes?.class ?? []);
  for (const { "@filename": path, lines } of classes) {
    const own = linesOf(coverage, path);
    for (const { "@number": number, "@hits": hits } of lines?.line ?? []) {
      // Said again for an inner class, not run again.
      if (own[number - 1] === undefined || own[number - 1] === null) addHits(own, number, hits);
    }
  }
  return coverage;
}

/** @returns the folders in `<source>`, which Coverage.py and others name files from. Of several, a report doesn't say which is whose */
export const coberturaSources = (text: string): string[] =>
  [...text.slice(0, text.indexOf("<packages")).matchAll(/<source>\s*([^<]*?)\s*<\/source>/g)].flatMap(
    ([, folder]) => folder || [],
  );
