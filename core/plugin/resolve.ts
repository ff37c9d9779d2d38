import type { FoundPlugin } from "./found-plugin";
import { namesOf, neighboursOf } from "./names";
import type { AnyPlugin } from "./plugin";
import { requirementOrder } from "./requirements";

/** A plugin that is switched off, and by what. */
export interface PluginOff extends FoundPlugin {
  readonly by: string;
}

export interface Resolution {
  /** Plugins that are on, requirements first. */
  readonly on: readonly FoundPlugin[];
  readonly off: readonly PluginOff[];
  readonly problems: readonly string[];
}

/**
 * Decides which plugins are on and in what order they load, and finds every mistake in what they require.
 *
 * @param found all plugins there are
 * @param disabled plugin name -> what switched it off (`COCOV_PLUGINS_DISABLED`, `the configuration file`)
 */
export function resolvePlugins(found: readonly FoundPlugin[], disabled: ReadonlyMap<string, string>): Resolution {
  const byName = Map.groupBy(found, ({ plugin }) => plugin.name as string);
  const on = found.filter(({ plugin }) => !disabled.has(plugin.name));
  const off = found.flatMap((entry) => {
    const by = disabled.get(entry.plugin.name);
    return by === undefined ? [] : [{ ...entry, by }];
  });
  const problems = [
    ...[...byName].flatMap(([name, entries]) => duplicateName(name, entries)),
    ...on.flatMap(({ plugin }) => unmetRequirements(plugin, byName, disabled)),
  ];
  const sorted = requirementOrder(new Map(on.map(({ plugin }) => [plugin.name, namesOf(neighboursOf(plugin))])));
  if ("cycle" in sorted) return { on, off, problems: [...problems, circle(sorted.cycle)] };
  return { on: sorted.order.flatMap((name) => byName.get(name) ?? []), off, problems };
}

/** @returns the sentence about plugins that require each other */
export const circle = (cycle: readonly string[]): string =>
  `Plugins require each other in a circle: ${cycle.join(" -> ")}. Take one of these requirements out.`;

function duplicateName(name: string, entries: readonly FoundPlugin[]): string[] {
  if (entries.length === 1) return [];
  const origins = entries.map(({ origin }) => origin).join(" and ");
  return [`Two plugins are called "${name}": ${origins}. Rename one or don't load it.`];
}

function unmetRequirements(
  plugin: AnyPlugin,
  byName: ReadonlyMap<string, unknown>,
  disabled: ReadonlyMap<string, string>,
): string[] {
  return (plugin.requires ?? []).flatMap(({ name }: AnyPlugin) => {
    const by = disabled.get(name);
    if (byName.has(name) && by === undefined) return [];
    const [why, remedy] = byName.has(name)
      ? [`is switched off by ${by}. Switch "${name}" on`, `"${plugin.name}" off as well`]
      : ["isn't installed. Install it", `switch "${plugin.name}" off`];
    return [`Plugin "${plugin.name}" requires "${name}", which ${why}, or ${remedy}.`];
  });
}
