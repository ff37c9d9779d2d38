import { z } from "zod";
import { type ParameterOptions, parameterRules } from "./parameter-rule";

export type { GivenParameters, ParameterOptions } from "./parameter-rule";

export interface TextOptions extends ParameterOptions {
  /** Blank text is a value: only an absent key or null is missing. */
  readonly keepBlank?: boolean;
  /** Takes surrounding white space off. */
  readonly trim?: boolean;
  /** Replaces U+0000 and halves of surrogate pairs by U+FFFD instead of refusing the text: for what programs printed. */
  readonly mend?: boolean;
}

export interface IntegerOptions extends ParameterOptions {
  readonly min?: number;
  readonly max?: number;
}

/**
 * Text. JSON numbers and booleans are taken as their text; a list or an object counts as missing. Blank text is missing too, or
 * absent when the parameter is optional, unless `keepBlank`.
 *
 * @example
 * params: z.object({
 *   name: text({ missing: "widgets.missing_name", invalid: "widgets.invalid_name", trim: true }).regex(/^\w+$/),
 *   note: text().optional(),
 * })
 */
export function text({ trim = false, ...rule }: TextOptions = {}): z.ZodString {
  return (trim ? z.string().trim() : z.string()).register(parameterRules, { kind: "text", ...rule });
}

/** A whole number: a JSON number or decimal text, from `min` to `max`; at most 2^53 - 1. */
export function integer({
  min = Number.MIN_SAFE_INTEGER,
  max = Number.MAX_SAFE_INTEGER,
  ...rule
}: IntegerOptions = {}): z.ZodInt {
  return z
    .int()
    .min(min)
    .max(max)
    .register(parameterRules, { kind: "integer", ...rule });
}

/**
 * The id of a row: decimal digits. Whatever else stands there, and whatever is larger than any id handed out (2^53 - 1), is an
 * unknown id: 404 `not_found`, in the path and elsewhere.
 */
export function id(options: ParameterOptions = {}): z.ZodInt {
  return z
    .int()
    .min(0)
    .register(parameterRules, { kind: "id", invalid: "not_found", ...options });
}

/** One of some words, compared exactly. */
export function oneOf<const Values extends readonly [string, ...string[]]>(
  values: Values,
  options: ParameterOptions = {},
): z.ZodEnum<{ [Value in Values[number]]: Value }> {
  return z.enum(values).register(parameterRules, { kind: "text", ...options });
}

/** Yes or no: JSON booleans, `true`, `false`, `1`, `0`, `on`, `off`. `false` is a value, not a blank. */
export function flag(options: ParameterOptions = {}): z.ZodBoolean {
  return z.boolean().register(parameterRules, { kind: "flag", ...options });
}

/**
 * A list, an object, or whatever else `schema` describes, given to it as it came. With a `missing` code every blank value (`{}`,
 * `[]`, `""`) is missing; without, only an absent key and null are.
 *
 * @example
 * issues: value(z.array(issue), { invalid: "issues.validation_error" }).optional()
 */
export function value<Schema extends z.ZodType>(schema: Schema, options: ParameterOptions = {}): Schema {
  // A copy, since one schema may be a parameter of several routes, with other codes.
  const copy = schema.clone(undefined, { parent: true });
  parameterRules.add(copy, { kind: "structured", ...options });
  return copy;
}
