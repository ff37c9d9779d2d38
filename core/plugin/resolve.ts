import { findCycle } from "./cycle";
import type { FoundPlugin } from "./discover";
import type { AnyPlugin } from "./plugin";

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
  const byName = new Map(found.map((entry) => [entry.plugin.name as string, entry]));
  const on = found.filter(({ plugin }) => !disabled.has(plugin.name));
  const problems = [...duplicateNames(found), ...on.flatMap(({ plugin }) => unmetRequirements(plugin, byName, disabled))];
  const graph = new Map(
    on.map(({ plugin }) => [plugin.name as string, wanted(plugin).filter((name) => byName.has(name) && !disabled.has(name))]),
  );
  const cycle = findCycle(graph);
  if (cycle)
    problems.push(`Plugins require each other in a circle: ${cycle.join(" -> ")}. Take one of these requirements out.`);
  const off = found.flatMap((entry) => {
    const by = disabled.get(entry.plugin.name);
    return by === undefined ? [] : [{ ...entry, by }];
  });
  return { on: cycle ? on : inOrder(on, graph), off, problems };
}

function wanted(plugin: AnyPlugin): string[] {
  return [...(plugin.requires ?? []), ...(plugin.optional ?? [])].map((required: AnyPlugin) => required.name);
}

function duplicateNames(found: readonly FoundPlugin[]): string[] {
  const origins = Map.groupBy(found, ({ plugin }) => plugin.name as string);
  return [...origins]
    .filter(([, entries]) => entries.length > 1)
    .map(
      ([name, entries]) =>
        `Two plugins are called "${name}": ${entries.map(({ origin }) => origin).join(" and ")}. Rename one or don't load it.`,
    );
}

function unmetRequirements(
  plugin: AnyPlugin,
  byName: ReadonlyMap<string, FoundPlugin>,
  disabled: ReadonlyMap<string, string>,
): string[] {
  return (plugin.requires ?? []).flatMap(({ name }: AnyPlugin) => {
    if (!byName.has(name)) {
      return [`Plugin "${plugin.name}" requires "${name}", which isn't installed. Install it, or switch "${plugin.name}" off.`];
    }
    const by = disabled.get(name);
    return by === undefined
      ? []
      : [
          `Plugin "${plugin.name}" requires "${name}", which is switched off by ${by}. Switch "${name}" on, or "${plugin.name}" off as well.`,
        ];
  });
}

function inOrder(on: readonly FoundPlugin[], graph: ReadonlyMap<string, readonly string[]>): FoundPlugin[] {
  const byName = new Map(on.map((entry) => [entry.plugin.name as string, entry]));
  const ordered = new Set<FoundPlugin>();
  const place = (name: string): void => {
    const entry = byName.get(name);
    if (!entry || ordered.has(entry)) return;
    for (const required of graph.get(name) ?? []) place(required);
    ordered.add(entry);
  };
  for (const name of [...byName.keys()].sort()) place(name);
  return [...ordered];
}
