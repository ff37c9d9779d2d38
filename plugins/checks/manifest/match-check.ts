import { normalizePluginName } from "./plugin-name";

/** What a check is recognised by. */
export interface MatchableCheck {
  /** The check's normalised name, unique among those of a check set. */
  readonly pluginName: string;
  /** The image reference the check was created from. */
  readonly imageReference: string;
}

/**
 * Finds the check a Worker reports on. Workers send the image reference up to its first `:`, which a registry's port cuts short:
 * `registry.example.org` for `registry.example.org:5000/team/lint`.
 * @param reported `plugin_name` of the report
 * @returns the check of that name; else the one whose name it normalises to; else the only one whose reference was cut to it
 */
export function matchCheck<Check extends MatchableCheck>(reported: string, checks: readonly Check[]): Check | undefined {
  const named = (name: string) => checks.find((check) => check.pluginName.toLowerCase() === name.toLowerCase());
  return named(reported) ?? named(normalizePluginName(reported)) ?? onlyOneCutTo(reported, checks);
}

function onlyOneCutTo<Check extends MatchableCheck>(reported: string, checks: readonly Check[]): Check | undefined {
  const [match, ...others] = checks.filter((check) => check.imageReference.split(":", 1)[0] === reported);
  return others.length === 0 ? match : undefined;
}
