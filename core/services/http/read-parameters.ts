import { z } from "zod";
import { describeIssue } from "./describe-issue";
import { type ApiError, notFound } from "./errors";
import type { Fields } from "./form";
import { liftParameter } from "./lift-parameter";
import { type ParameterRule, parameterRules } from "./parameter-rule";
import type { ParameterSchemas } from "./route";
import { isStorableText } from "./storable-text";

/** Where a request's parameters may stand; the first that has a name wins. Path segments that can't be decoded are null. */
export interface ParameterSources {
  readonly path: Fields;
  readonly body: Fields;
  readonly query: Fields;
}

/** One declared parameter, with everything known before the first request. */
export interface Parameter {
  readonly name: string;
  readonly schema: z.core.$ZodType;
  readonly rule: ParameterRule;
  readonly required: boolean;
  readonly inPath: boolean;
}

/** Makes the error of a code, with a better message than the standard one. */
export type Fail = (code: string, detail?: string) => ApiError;

/**
 * Lists a route's parameters.
 * @throws Error when one isn't made with a builder of `parameters.ts`, or when a name in the path is declared nowhere
 */
export function listParameters(schemas: ParameterSchemas | undefined, pathNames: readonly string[]): Parameter[] {
  const shape: Readonly<Record<string, z.core.$ZodType>> = schemas?.shape ?? {};
  const undeclared = pathNames.filter((name) => !Object.hasOwn(shape, name));
  if (undeclared.length > 0) throw new Error(`params must declare what the path names: ${undeclared.join(", ")}`);
  return Object.entries(shape).map(([name, schema]) => {
    const rule = ruleOf(schema);
    if (!rule) throw new Error(`parameter "${name}" must be made with text(), integer(), id(), oneOf(), flag() or value()`);
    const required = !z.safeParse(schema, undefined).success;
    if (rule.when && required) throw new Error(`parameter "${name}" has "when", so it must be optional()`);
    return { name, schema, rule, required, inPath: pathNames.includes(name) };
  });
}

/**
 * Prepares the reading of a route's parameters: all absences in the order of declaration, then all forms, those of the path last,
 * since what they name wrongly is merely unknown.
 *
 * @returns a function that gives the handler's `params`; it throws ApiErrors with the parameters' own codes
 */
export function parameterReader(
  parameters: readonly Parameter[],
  fail: Fail,
): (sources: ParameterSources) => Record<string, unknown> {
  const elsewhere = parameters.filter(({ inPath }) => !inPath);
  const inPath = parameters.filter((parameter) => parameter.inPath);
  const conditional = parameters.some(({ rule }) => rule.when);
  return (sources) => {
    const values: Record<string, unknown> = {};
    for (const { name, rule } of parameters) values[name] = liftParameter(rule, find(name, sources));
    const given = conditional ? { ...values } : values;
    for (const parameter of elsewhere) {
      const { name, rule, required } = parameter;
      if (values[name] === undefined && (required || rule.when?.(given))) throw absence(parameter, fail);
      if (rule.immediate) values[name] = formOf(parameter, values[name], fail);
    }
    for (const parameter of elsewhere) {
      if (!parameter.rule.immediate) values[parameter.name] = formOf(parameter, values[parameter.name], fail);
    }
    for (const parameter of inPath) {
      if (values[parameter.name] === undefined) throw notFound();
      values[parameter.name] = formOf(parameter, values[parameter.name], () => notFound());
    }
    return values;
  };
}

function ruleOf(schema: z.core.$ZodType): ParameterRule | undefined {
  const rule = parameterRules.get(schema);
  if (rule) return rule;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return ruleOf(schema.def.innerType);
  }
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodReadonly) return ruleOf(schema.def.innerType);
  return schema instanceof z.ZodPipe ? ruleOf(schema.def.in) : undefined;
}

function find(name: string, { path, body, query }: ParameterSources): unknown {
  if (Object.hasOwn(path, name)) return path[name];
  if (Object.hasOwn(body, name)) return body[name];
  return Object.hasOwn(query, name) ? query[name] : undefined;
}

function absence({ name, rule }: Parameter, fail: Fail): ApiError {
  if (rule.missing === undefined) return fail("request.malformed", `parameter ${name} is missing`);
  // A code of its own says what is missing; one that stands for every mistake doesn't.
  return rule.missing === rule.invalid ? fail(rule.missing, `${name}: is missing`) : fail(rule.missing);
}

function formOf({ name, rule, schema }: Parameter, value: unknown, fail: Fail): unknown {
  const refuse = (detail: string) =>
    rule.invalid === "not_found" ? notFound() : fail(rule.invalid ?? "request.malformed", detail);
  if (typeof value === "string" && !isStorableText(value)) throw refuse(`${name}: has U+0000 or half of a surrogate pair`);
  const result = parsed(schema, value);
  if (result === null) throw refuse(`${name}: is nested too deeply`);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw refuse(issue ? describeIssue(name, issue, value) : `${name}: isn't accepted`);
}

/** @returns null when the value is nested deeper than the stack allows */
function parsed(schema: z.core.$ZodType, value: unknown): z.ZodSafeParseResult<unknown> | null {
  try {
    return z.safeParse(schema, value);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
