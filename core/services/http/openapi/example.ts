import { isObject, type JsonObject, objectOf } from "./schemas";

const byFormat: Readonly<Record<string, string>> = {
  "date-time": "2026-01-02T03:04:05Z",
  date: "2026-01-02",
  email: "ada@example.org",
  uri: "https://example.org/",
  uuid: "6f1c2b7e-4a53-4a0e-9a55-0d6a1e0c4b11",
};

/** Deeper parts of a schema that contains itself are left out. */
const deepest = 8;

/**
 * @param schema JSON Schema; its own example (`.meta({ example })` or `.meta({ examples })`) is taken where it has one
 * @param shared the document's shared schemas
 * @returns a value that the schema describes
 */
export function exampleOf(schema: JsonObject, shared: JsonObject, depth = 0): unknown {
  if ("example" in schema) return schema.example;
  if (Array.isArray(schema.examples) && schema.examples.length > 0) return schema.examples[0];
  if ("const" in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if ("default" in schema) return schema.default;
  if (typeof schema.$ref === "string")
    return exampleOf(objectOf(shared[schema.$ref.split("/").at(-1) ?? ""]), shared, depth + 1);
  const variants = [schema.anyOf, schema.oneOf].find(Array.isArray);
  if (variants) return exampleOf(objectOf(variants[0]), shared, depth);
  if (Array.isArray(schema.allOf)) {
    return Object.assign({}, ...schema.allOf.map((part) => exampleOf(objectOf(part), shared, depth)));
  }
  return exampleOfType(schema, shared, depth);
}

function exampleOfType(schema: JsonObject, shared: JsonObject, depth: number): unknown {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "string") return typeof schema.format === "string" ? (byFormat[schema.format] ?? "text") : "text";
  if (type === "integer" || type === "number") return typeof schema.minimum === "number" ? schema.minimum : 1;
  if (type === "boolean") return true;
  if (type === "array") return depth < deepest ? itemsOf(schema).map((item) => exampleOf(item, shared, depth + 1)) : [];
  if (type === "object") return depth < deepest ? exampleObject(schema, shared, depth) : {};
  return null;
}

function itemsOf(schema: JsonObject): JsonObject[] {
  return Array.isArray(schema.prefixItems) ? schema.prefixItems.map(objectOf) : [objectOf(schema.items)];
}

function exampleObject(schema: JsonObject, shared: JsonObject, depth: number): JsonObject {
  const properties = Object.entries(objectOf(schema.properties));
  const example = Object.fromEntries(properties.map(([name, inner]) => [name, exampleOf(objectOf(inner), shared, depth + 1)]));
  const values = schema.additionalProperties;
  if (properties.length > 0 || !isObject(values)) return example;
  const key = objectOf(schema.propertyNames);
  return { [String("type" in key ? exampleOf(key, shared, depth + 1) : "name")]: exampleOf(values, shared, depth + 1) };
}
