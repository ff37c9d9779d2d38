import { isBlank } from "./blank";
import type { ParameterRule } from "./parameter-rule";
import { storableText } from "./storable-text";

const flags: Readonly<Record<string, boolean>> = { true: true, "1": true, on: true, false: false, "0": false, off: false };

/**
 * Turns a value as it arrived, from JSON or as text, into what its parameter's schema expects.
 *
 * @returns `undefined` when it counts as missing; the value itself when it isn't of that kind, for the schema to refuse
 */
export function liftParameter(rule: ParameterRule, raw: unknown): unknown {
  if (raw === undefined || raw === null) return undefined;
  if (rule.kind === "structured") return isMissing(rule, raw) ? undefined : raw;
  // A flag that is there mustn't count as absent: "dry_run" as a list would do it for real.
  if (rule.kind === "flag") return typeof raw === "object" ? raw : liftFlag(raw);
  if (typeof raw === "object") return undefined;
  if (!rule.keepBlank && isBlank(raw)) return undefined;
  if (rule.kind === "text") return liftText(rule, raw);
  const decimal = rule.kind === "id" ? /^\d+$/ : /^[+-]?\d+$/;
  return typeof raw === "string" && decimal.test(raw) ? Number(raw) : raw;
}

function isMissing({ missing, keepEmptyObject }: ParameterRule, raw: unknown): boolean {
  if (keepEmptyObject && typeof raw === "object" && !Array.isArray(raw)) return false;
  return missing !== undefined && isBlank(raw);
}

function liftText({ mend }: ParameterRule, raw: unknown): string {
  const text = typeof raw === "string" ? raw : String(raw);
  return mend ? storableText(text) : text;
}

function liftFlag(raw: unknown): unknown {
  if (typeof raw === "boolean") return raw;
  const word = String(raw).trim().toLowerCase();
  return word === "" ? undefined : (flags[word] ?? raw);
}
