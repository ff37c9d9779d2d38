import { XMLParser } from "fast-xml-parser";

/** Parses XML in which these elements may be there any number of times; attributes are text, named like `@line`. Entities aren't expanded. */
export function parseXml(text: string, lists: readonly string[]): unknown {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    parseAttributeValue: false,
    parseTagValue: false,
    processEntities: { enabled: true, maxTotalExpansions: 10_000_000, maxExpandedLength: 100_000_000 },
    isArray: (name) => lists.includes(name),
  });
  return parser.parse(text);
}
