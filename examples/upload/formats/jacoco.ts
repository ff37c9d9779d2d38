import { z } from "zod";
import { addHits, type Coverage, linesOf } from "../line-hits";
import { parseXml } from "./xml";

const count = z.coerce.number();
/** `mi`: instructions missed, `ci`: covered. */
const line = z.object({ "@nr": count, "@mi": count, "@ci": count });
const sourcePackage = z.object({
  "@name": z.string(),
  sourcefile: z.array(z.object({ "@name": z.string(), line: z.array(line).default([]) })).default([]),
});
type Package = z.output<typeof sourcePackage>;
interface Group {
  package: Package[];
  group: Group[];
}
const group: z.ZodType<Group> = z.lazy(() =>
  z.object({ package: z.array(sourcePackage).default([]), group: z.array(group).default([]) }),
);
const document = z.object({ report: group });

/**
 * JaCoCo's XML report. It knows whether a line was run, not how often: a line of which anything was run counts as run once. Its files are
 * named by their package, without the folder that packages lie in.
 */
export function readJacoco(text: string): Coverage {
  const { report } = document.parse(parseXml(text, ["group", "package", "sourcefile", "line", "class", "method", "counter"]));
  const coverage: Coverage = new Map();
  for (const { "@name": name, sourcefile } of packagesOf(report)) {
    for (const file of sourcefile) {
      const own = linesOf(coverage, name === "" ? file["@name"] : `${name}/${file["@name"]}`);
      for (const { "@nr": number, "@ci": covered } of file.line) addHits(own, number, covered > 0 ? 1 : 0);
    }
  }
  return coverage;
}

const packagesOf = ({ package: own, group: groups }: Group): Package[] => [...own, ...groups.flatMap(packagesOf)];
