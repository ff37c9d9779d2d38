import { z } from "zod";
import { didYouMean } from "../did-you-mean";
import { reasonOf } from "../reason";
import { type SettingMeta, settingMeta } from "./setting";
import { readVariable } from "./variable";

/** Where a value in force came from: an environment variable (and the file it names), the configuration file, or the default. */
export type SettingSource = { readonly env: string; readonly file?: string } | "file" | "default";

export interface EffectiveSetting {
  readonly section: string;
  readonly key: string;
  readonly meta: SettingMeta | undefined;
  readonly value: unknown;
  readonly source: SettingSource;
}

export interface SectionReading<S extends z.ZodObject> {
  /** Undefined when there are problems. */
  readonly values: z.output<S> | undefined;
  /** Those that can be used. */
  readonly settings: readonly EffectiveSetting[];
  /** One sentence for each value that can't be used. */
  readonly problems: readonly string[];
}

/** One setting as it was found, not parsed yet. */
interface Finding {
  readonly key: string;
  readonly field: z.core.$ZodType;
  readonly meta: SettingMeta | undefined;
  readonly raw: unknown;
  readonly source: SettingSource;
}

/**
 * Reads one section: for each setting the environment, else the file, else the schema's default. The section is parsed as a whole and
 * once, so its schemas may transform what they get and check settings against each other.
 *
 * @param section name of the section in the file, e.g. a plugin's name
 * @param schema the section's settings, made with `setting`
 * @param file what the configuration file says for this section
 * @param env the environment; empty variables count as absent
 */
export function readSection<S extends z.ZodObject>(
  section: string,
  schema: S,
  file: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): SectionReading<S> {
  const found = Object.entries(schema.shape).map(([key, field]) => find(key, field, file, env));
  const findings = found.flatMap((finding) => ("problem" in finding ? [] : [finding]));
  const problems = found.flatMap((finding) => ("problem" in finding ? finding.problem : []));
  for (const key of Object.keys(file)) {
    if (!Object.hasOwn(schema.shape, key)) problems.push(unknownKey(section, key, Object.keys(schema.shape)));
  }
  const effective = ({ key, meta, source }: Finding, value: unknown) => ({ section, key, meta, value, source });

  const whole = parse(schema, Object.fromEntries(findings.flatMap(({ key, raw }) => (raw === undefined ? [] : [[key, raw]]))));
  if ("value" in whole && problems.length === 0) {
    const values: Readonly<Record<string, unknown>> = whole.value;
    return { values: whole.value, settings: findings.map((finding) => effective(finding, values[finding.key])), problems };
  }
  // What can't be used as a whole is looked at one by one.
  const single = findings.map((finding) => ({ finding, result: parse(finding.field, finding.raw) }));
  const refused = single.flatMap(({ finding, result }) => ("value" in result ? [] : refusal(section, finding, result.reason)));
  problems.push(...refused);
  if (problems.length === 0 && "reason" in whole) {
    // The text of an error may contain what it is about.
    const hidden = whole.threw && findings.some(({ meta, raw }) => meta?.secret && raw !== undefined);
    const reason = hidden ? undefined : whole.reason;
    problems.push(`The settings of ${section} can't be used together: ${reason ?? "their schema refuses them"}.`);
  }
  const settings = single.flatMap(({ finding, result }) => ("value" in result ? [effective(finding, result.value)] : []));
  return { values: undefined, settings, problems };
}

function find(
  key: string,
  field: z.core.$ZodType,
  file: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): Finding | { problem: string } {
  const meta = settingMeta(field);
  for (const name of meta?.env ?? []) {
    const variable = readVariable(name, env);
    if (variable === undefined) continue;
    if ("problem" in variable) return variable;
    const { value, ...source } = variable;
    return { key, field, meta, raw: value, source };
  }
  const raw = file[key];
  return { key, field, meta, raw, source: raw === undefined ? "default" : "file" };
}

/** What a schema makes of a value; else why it refuses it in its author's words, if they gave any, or that it threw an error. */
type Outcome<S extends z.core.$ZodType> = { value: z.output<S> } | { reason: string | undefined; threw: boolean };

function parse<S extends z.core.$ZodType>(schema: S, raw: unknown): Outcome<S> {
  try {
    const result = z.safeParse(schema, raw);
    if (result.success) return { value: result.data };
    const custom = result.error.issues.find(({ code, message }) => code === "custom" && message !== "Invalid input");
    return { reason: custom && reasonOf(custom.message), threw: false };
  } catch (error) {
    return { reason: reasonOf(error), threw: true };
  }
}

function refusal(section: string, { key, meta, raw, source }: Finding, reason: string | undefined): string {
  const fromFile = typeof source === "object" && source.file !== undefined;
  const place = typeof source === "object" ? source.env : `${section}.${key} in the configuration file`;
  // A file may turn out to be another one than was meant.
  const hidden = meta?.secret || fromFile;
  const value = raw === undefined ? "nothing" : hidden ? "a value that isn't shown" : JSON.stringify(raw);
  const why = reason === undefined || hidden ? "" : ` (${reason})`;
  const otherwise = raw === undefined && meta?.env[0] ? ` (set ${meta.env[0]})` : "";
  return `${place}${fromFile ? ` (${source.file})` : ""}: found ${value}, accepted is ${meta?.accepts ?? "another type"}${why}${otherwise}.`;
}

function unknownKey(section: string, key: string, known: readonly string[]): string {
  const list = known.length === 0 ? "This section has no settings." : `Known here: ${known.join(", ")}.`;
  return `${section}.${key} in the configuration file: there is no such setting.${didYouMean(key, known)} ${list}`;
}
