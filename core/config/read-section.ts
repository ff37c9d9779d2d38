import { z } from "zod";
import { type SettingMeta, settingMeta } from "./setting";

/** Where a value in force came from: an environment variable's name, the configuration file, or the default. */
export type SettingSource = { env: string } | "file" | "default";

export interface EffectiveSetting {
  section: string;
  key: string;
  meta: SettingMeta | undefined;
  value: unknown;
  source: SettingSource;
}

export interface SectionReading<S extends z.ZodObject> {
  /** Undefined when there are problems. */
  values: z.output<S> | undefined;
  settings: EffectiveSetting[];
  /** One sentence for each value that can't be used. */
  problems: string[];
}

/**
 * Reads one section: for each setting the environment, else the file, else the schema's default.
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
  const problems: string[] = [];
  const settings: EffectiveSetting[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(schema.shape)) {
    const meta = settingMeta(field);
    const { raw, source } = pick(key, meta, file, env);
    const result = z.safeParse(field, raw);
    if (result.success) {
      values[key] = result.data;
      settings.push({ section, key, meta, value: result.data, source });
    } else {
      problems.push(describeProblem(section, key, meta, raw, source));
    }
  }
  for (const key of Object.keys(file)) {
    if (!(key in schema.shape)) problems.push(unknownKey(section, key, Object.keys(schema.shape)));
  }
  return { values: problems.length === 0 ? schema.parse(values) : undefined, settings, problems };
}

function pick(
  key: string,
  meta: SettingMeta | undefined,
  file: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): { raw: unknown; source: SettingSource } {
  for (const name of meta?.env ?? []) {
    const value = env[name];
    if (value !== undefined && value.trim() !== "") return { raw: value, source: { env: name } };
  }
  return file[key] === undefined ? { raw: undefined, source: "default" } : { raw: file[key], source: "file" };
}

function describeProblem(
  section: string,
  key: string,
  meta: SettingMeta | undefined,
  raw: unknown,
  source: SettingSource,
): string {
  const place = typeof source === "object" ? source.env : `${section}.${key} in the configuration file`;
  const found = raw === undefined ? "nothing" : meta?.secret ? "a value that isn't shown" : JSON.stringify(raw);
  const otherwise = raw === undefined && meta?.env[0] ? ` (set ${meta.env[0]})` : "";
  return `${place}: found ${found}, accepted is ${meta?.accepts ?? "another type"}${otherwise}.`;
}

function unknownKey(section: string, key: string, known: readonly string[]): string {
  const list = known.length === 0 ? "this section has no settings" : `known here: ${known.join(", ")}`;
  return `${section}.${key} in the configuration file: there is no such setting (${list}).`;
}
