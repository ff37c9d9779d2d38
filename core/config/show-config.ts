import type { EffectiveSetting } from "./read-section";

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

function shown({ value, meta }: EffectiveSetting): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return "not set";
  return meta?.secret ? "[secret]" : JSON.stringify(value);
}

function sourceOf({ source }: EffectiveSetting): string {
  if (typeof source !== "object") return source;
  return source.file === undefined ? source.env : `${source.env}: ${source.file}`;
}
