import type { EffectiveSetting } from "../../config/read-section";

/**
 * Prints the configuration in force, one setting a line, with where each value came from. Secrets are masked.
 * @returns text without a final newline
 */
export function showConfig(settings: readonly EffectiveSetting[]): string {
  const lines: string[] = [];
  let section = "";
  for (const setting of settings) {
    if (setting.section !== section) {
      section = setting.section;
      lines.push(lines.length === 0 ? section : `\n${section}`);
    }
    const variables = setting.meta?.env.join(" or ") ?? "";
    lines.push(`  ${setting.key} = ${shown(setting)}  (${sourceOf(setting)})`);
    lines.push(`      ${setting.meta?.summary ?? ""}${variables ? ` [${variables}]` : ""}`);
  }
  return lines.join("\n");
}

/** @returns the same for programs: secrets have no value, and `set` tells whether there is one */
export function configDocument(settings: readonly EffectiveSetting[]) {
  return {
    settings: settings.map(({ section, key, value, meta, source }) => ({
      section,
      key,
      value: meta?.secret ? null : (value ?? null),
      set: isSet(value),
      secret: meta?.secret ?? false,
      source: typeof source === "object" ? { variable: source.env, file: source.file ?? null } : source,
      variables: meta?.env ?? [],
      summary: meta?.summary ?? null,
    })),
  };
}

function shown({ value, meta }: EffectiveSetting): string {
  if (!isSet(value)) return "not set";
  return meta?.secret ? "[secret]" : JSON.stringify(value);
}

const isSet = (value: unknown): boolean => value !== undefined && !(Array.isArray(value) && value.length === 0);

function sourceOf({ source }: EffectiveSetting): string {
  if (typeof source !== "object") return source;
  return source.file === undefined ? source.env : `${source.env}: ${source.file}`;
}
