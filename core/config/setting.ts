import { z } from "zod";
import { otherVariableNames } from "./other-variable-names";

/** What the platform knows about one setting besides its type. */
export interface SettingMeta {
  /** Environment variables that set it; the first one that isn't empty counts. */
  env: readonly string[];
  /** One line for operators. */
  summary: string;
  /** What is accepted, for the message about a value that can't be used. */
  accepts: string;
  /** Its value is shown nowhere. */
  secret: boolean;
  /** Other settings may read the same variables, if they say so too. */
  shared: boolean;
}

const metas = z.registry<SettingMeta>();

/**
 * Declares one setting of a section.
 *
 * @param schema one of the kinds below, or any zod schema that takes what the environment gives (text) and what the file gives. It is
 *   parsed once, so it may transform; refinements and transforms must not be asynchronous.
 * @param meta.accepts what is accepted, for messages; the schema's description unless given
 * @param meta.secret its value is shown nowhere
 * @param meta.shared other settings read the same variable, and say so as well; without it that is a mistake
 * @example
 * config: z.object({ greeting: setting(text.optional(), { env: "ACME_GREETING", summary: "how people are greeted" }) })
 */
export function setting<S extends z.ZodType>(
  schema: S,
  meta: { env: string | readonly string[]; summary: string; accepts?: string; secret?: boolean; shared?: boolean },
): S {
  const own = schema.clone();
  metas.add(own, {
    env: [meta.env].flat().flatMap((name) => [name, ...otherVariableNames(name)]),
    summary: meta.summary,
    accepts: meta.accepts ?? nearest(schema, ({ description }) => description) ?? "text",
    secret: meta.secret ?? false,
    shared: meta.shared ?? false,
  });
  return own;
}

/** @returns what {@link setting} was told about the schema, or about the one it wraps; undefined for a schema that isn't a setting */
export function settingMeta(schema: z.core.$ZodType): SettingMeta | undefined {
  return nearest(schema, (own) => metas.get(own));
}

/** Looks for what a schema or, from outside in, one that it wraps says: `.default()`, `.optional()`, `.transform()` and so on wrap. */
function nearest<T>(schema: unknown, told: (schema: z.ZodType) => T | undefined): T | undefined {
  if (!(schema instanceof z.ZodType)) return undefined;
  const own = told(schema);
  if (own !== undefined) return own;
  for (const part of ["innerType", "in", "out"]) {
    const found = nearest(Reflect.get(schema.def, part), told);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Text, surrounding white space removed. */
export const text = z.string().trim().min(1).describe("text");

/** `true`/`false`; from the environment also 1/0, yes/no, on/off and what else `z.stringbool()` takes. */
export const flag = z.union([z.boolean(), z.string().trim().pipe(z.stringbool())]).describe("true or false");

/** A whole number between two bounds, both included. */
export const wholeNumber = (min: number, max = Number.MAX_SAFE_INTEGER) =>
  z
    .preprocess(
      (value) => (typeof value === "string" && /^\s*\d+\s*$/.test(value) ? Number(value) : value),
      z.number().int().min(min).max(max),
    )
    .describe(max === Number.MAX_SAFE_INTEGER ? `a whole number, ${min} or more` : `a whole number from ${min} to ${max}`);

/** Several texts; comma-separated in the environment. Blank entries are dropped. */
export const textList = z
  .preprocess(
    (value) =>
      typeof value === "string"
        ? value
            .split(",")
            .map((entry) => entry.trim())
            .filter((entry) => entry !== "")
        : value,
    z.array(z.string()),
  )
  .describe("a comma-separated list");

/** An absolute http(s) URL; trailing slashes are removed. */
export const webAddress = z
  .string()
  .trim()
  .refine((value) => /^https?:\/\//i.test(value) && URL.canParse(value))
  .transform((value) => value.replace(/\/+$/, ""))
  .describe("an absolute http:// or https:// URL");
