import fc from "fast-check";
import type { Schema } from "./operations";

/** Texts that have hurt somebody before. */
const nasty = [
  "",
  " ",
  "\0",
  "\ud800",
  "a\udfffb",
  "null",
  "undefined",
  "NaN",
  "-1",
  "0",
  "9223372036854775807",
  "9223372036854775808",
  "1e400",
  "'",
  "' OR 1=1 --",
  '"; DROP TABLE users; --',
  "%s%n",
  "%00",
  "%zz",
  "..\\..\\etc",
  "../../etc/passwd",
  "{{7*7}}",
  "<script>alert(1)</script>",
  "\u202egnp.exe",
  "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
  "ß".repeat(300),
  "a".repeat(5000),
  "--upload-pack=touch /tmp/owned",
  "$(touch /tmp/owned)",
  "__proto__",
  "constructor",
];

export const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...nasty) },
  { weight: 2, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 50 }) },
);

/** Anything JSON can say, numbers out of every range included. */
export const junk = fc.oneof(
  text,
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom(null, true, false, 0, -0, 1.5, -1, 2 ** 31, 2 ** 53, 1e308, [], {}, [[]], [null]),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** @returns values of the schema, mostly */
export function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  if (Array.isArray(schema.enum)) return fc.constantFrom<unknown>(...schema.enum);
  if ("const" in schema) return fc.constant(schema.const);
  for (const key of ["anyOf", "oneOf"]) {
    const options = schema[key];
    if (Array.isArray(options)) return fc.oneof(...options.filter(isSchema).map(valuesOf));
  }
  switch (schema.type) {
    case "integer":
      return fc.integer({ min: bound(schema.minimum, -(2 ** 53) + 1), max: bound(schema.maximum, 2 ** 53 - 1) });
    case "number":
      return fc.double({ noNaN: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.array(isSchema(schema.items) ? mostly(valuesOf(schema.items)) : junk, { maxLength: 4 });
    case "object":
      return isSchema(schema.properties) ? objectsOf(schema.properties) : fc.dictionary(fc.string(), junk, { maxKeys: 4 });
    case "string":
      return "example" in schema ? fc.oneof(fc.constant(schema.example), text) : text;
    default:
      return junk;
  }
}

/** @returns objects that mostly have these properties */
export function objectsOf(properties: Readonly<Record<string, unknown>>): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(properties).map(([name, schema]) => [name, mostly(isSchema(schema) ? valuesOf(schema) : junk)]);
  return fc.record(Object.fromEntries(fields), { requiredKeys: [] });
}

/** Something else now and then. */
export const mostly = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 5, arbitrary }, { weight: 1, arbitrary: junk });

const bound = (given: unknown, otherwise: number): number =>
  typeof given === "number" ? Math.max(Math.min(given, 2 ** 53 - 1), -(2 ** 53) + 1) : otherwise;

const isSchema = (value: unknown): value is Schema => typeof value === "object" && value !== null && !Array.isArray(value);
