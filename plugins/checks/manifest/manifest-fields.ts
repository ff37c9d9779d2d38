import { z } from "zod";
import { limits, longerThan } from "./limits";
import type { YamlMapping } from "./yaml-value";

/** The manifest's fields as written: valid each for itself, names as in the file, null and absent alike. */
export type ManifestFields = z.infer<typeof manifestFields>;
export type CheckFields = ManifestFields["checks"][number];
export type MountFields = NonNullable<CheckFields["mounts"]>[number];
export type DefaultFields = Pick<CheckFields, "envs" | "mounts">;

export type ReadFields =
  | { readonly ok: true; readonly fields: ManifestFields }
  | { readonly ok: false; readonly reason: string };

/** @returns the fields, or the dotted path of the first invalid one with the reason: `checks.1.plugin: must be text` */
export function readFields(root: YamlMapping): ReadFields {
  const result = manifestFields.safeParse(root);
  if (result.success) return { ok: true, fields: result.data };
  const [issue] = result.error.issues;
  if (!issue) return { ok: false, reason: "" };
  const path = issue.code === "unrecognized_keys" ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path;
  const reason = issue.code === "unrecognized_keys" ? "unknown key" : issue.message;
  return { ok: false, reason: `${path.map(String).join(".")}: ${reason}` };
}

// Neither PostgreSQL nor a container's environment takes a NUL, and half a surrogate pair isn't UTF-8.
const text = z
  .string({
    error: (issue) => (issue.input === undefined ? "missing" : "must be text (numbers, booleans and the like need quotes)"),
  })
  .refine((value) => !value.includes("\0") && value.isWellFormed(), "has characters that can't be used");
const filledText = text.refine((value) => value.trim() !== "", "must not be blank");

const imageReference = filledText
  .refine((value) => !longerThan(value, limits.pluginCharacters), `has more than ${limits.pluginCharacters} characters`)
  .refine((value) => !/(?:^|\/)(?::[^/]*)?$/.test(value), "has no image name");

const pattern = filledText.refine(
  (value) => !longerThan(value, limits.patternCharacters),
  `has more than ${limits.patternCharacters} characters`,
);

const variable = text.refine(
  (value) => Buffer.byteLength(value) <= limits.variableBytes,
  `has more than ${limits.variableBytes} bytes`,
);

const envs = z.unknown().transform((value, context) => {
  if (!(value instanceof Map)) return refuse(context, value, [], "must be a mapping");
  if (value.size > limits.envs) return refuse(context, value, [], `has more than ${limits.envs} variables`);
  const variables: [string, string][] = [];
  for (const [name, content] of value) {
    const key = variable.safeParse(name);
    const entry = variable.safeParse(content);
    if (typeof name !== "string") return refuse(context, name, [printKey(name)], "names of variables must be text");
    if (!key.success) return refuse(context, name, [printKey(name)], key.error.issues[0]?.message ?? "invalid");
    if (!entry.success) return refuse(context, content, [key.data], entry.error.issues[0]?.message ?? "invalid");
    variables.push([key.data, entry.data]);
  }
  return Object.fromEntries(variables);
});

const mount = mapping({ source: filledText, destination: filledText });
const defaultFields = { envs: absentOr(envs), mounts: absentOr(list(mount, limits.mounts)) };

const manifestFields = mapping({
  version: text,
  coverage: absentOr(
    mapping({
      min_percent: absentOr(
        z
          .bigint({ error: "must be a whole number" })
          .min(BigInt(Number.MIN_SAFE_INTEGER), "is too small")
          .max(BigInt(Number.MAX_SAFE_INTEGER), "is too large")
          .transform(Number),
      ),
    }),
  ),
  exclude_paths: absentOr(list(pattern, limits.patterns)).transform((patterns) => patterns ?? []),
  defaults: absentOr(mapping({ checks: absentOr(mapping(defaultFields)) })).transform((defaults) => defaults?.checks ?? null),
  checks: absentOr(list(mapping({ plugin: imageReference, ...defaultFields }), limits.checks)).transform(
    (checks) => checks ?? [],
  ),
});

function absentOr<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().transform((value) => value ?? null);
}

/** What is in a list that is too long isn't looked at. */
function list<Schema extends z.ZodType>(item: Schema, most: number) {
  return z.array(z.unknown(), { error: "must be a list" }).max(most, `has more than ${most} entries`).pipe(z.array(item));
}

/** A YAML mapping with these keys and no others. */
function mapping<Shape extends z.ZodRawShape>(shape: Shape) {
  return z
    .unknown()
    .transform((value, context) => {
      if (!(value instanceof Map)) return refuse(context, value, [], "must be a mapping");
      const odd = [...value.keys()].find((key) => typeof key !== "string");
      if (odd !== undefined) return refuse(context, value, [printKey(odd)], "unknown key");
      return Object.fromEntries(value);
    })
    .pipe(z.strictObject(shape));
}

function refuse(context: z.core.$RefinementCtx, input: unknown, path: string[], message: string): never {
  context.issues.push({ code: "custom", input, path, message });
  return z.NEVER;
}

function printKey(key: unknown): string {
  return typeof key === "object" && key !== null ? "?" : String(key);
}
