import { z } from "zod";

/** A JSON Schema, or any other object of the document. */
export type JsonObject = { [key: string]: unknown };

/** Turns zod schemas into JSON Schemas and collects those that have an id, to be written once. */
export interface SchemaBank {
  /** What a schema accepts and, since answers are sent unchanged, what an answer looks like. */
  describe(schema: z.core.$ZodType): JsonObject;
  /** Schemas with an id (`.meta({ id })`), for the document's `components`. */
  readonly shared: JsonObject;
}

export function createSchemaBank(): SchemaBank {
  const shared: JsonObject = {};
  return {
    shared,
    describe(schema) {
      // Wrapped, because zod writes a schema with an id as a reference only where it stands inside another one.
      const { $defs, properties } = z.toJSONSchema(z.object({ it: z.optional(schema) }), {
        target: "draft-2020-12",
        io: "input",
        unrepresentable: "any",
      });
      for (const [id, definition] of Object.entries($defs ?? {})) shared[id] ??= withSharedReferences(definition);
      return withSharedReferences(properties?.it ?? {});
    },
  };
}

/** @returns a copy whose references lead to the document's components, without zod's unbounded-integer limits */
function withSharedReferences(schema: unknown): JsonObject {
  const text = JSON.stringify(schema, (key, value: unknown) => {
    if (key === "$ref" && typeof value === "string") return value.replace("#/$defs/", "#/components/schemas/");
    if (key === "id" && typeof value === "string") return undefined;
    return (key === "minimum" || key === "maximum") && !isMeaningfulLimit(value) ? undefined : value;
  });
  return objectOf(JSON.parse(text));
}

const isMeaningfulLimit = (limit: unknown): boolean => typeof limit !== "number" || Math.abs(limit) < Number.MAX_SAFE_INTEGER;

/** @returns the value if it is an object, else an empty one */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
