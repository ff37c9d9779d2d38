import type { z } from "zod";
import { settingMeta } from "../config/setting";
import { namesOf, tableNames } from "./names";
import type { AnyPlugin, PluginParts } from "./plugin";

/** Something only one plugin may have. */
export interface Claim {
  /** What it is: `table`. */
  readonly kind: string;
  readonly name: string;
  /** Its name; `core` for what the core has itself. */
  readonly plugin: string;
  /** Several may have it if all of them say so. */
  readonly shared?: boolean;
}

/** @returns one sentence for each thing that is claimed more than once */
export function conflictingClaims(claims: readonly Claim[]): string[] {
  const same = Map.groupBy(claims, ({ kind, name }) => `${kind} ${name}`);
  return [...same.values()].flatMap((group) => {
    const [first, ...others] = group;
    if (!first || others.length === 0 || group.every(({ shared }) => shared)) return [];
    const plugins = [...new Set(group.map(({ plugin }) => `"${plugin}"`))];
    const who = plugins.length === 1 ? `Plugin ${plugins[0]} declares` : `Plugins ${plugins.join(" and ")} both declare`;
    const remedy = plugins.length === 1 ? "Declare it once." : "Rename it in one of them, or switch one off.";
    const meant =
      first.kind === "environment variable" ? " If both are meant to read it, give both settings `shared: true`." : "";
    return [`${who} the ${first.kind} ${first.name}${plugins.length === 1 ? " twice" : ""}. ${remedy}${meant}`];
  });
}

/** @returns what a plugin, or the core, claims with what it declares */
export function declaredClaims(plugin: Omit<AnyPlugin, "setup" | "summary">): Claim[] {
  return [
    ...claimsOf(plugin.name, {
      table: tableNames(plugin),
      "error code": Object.keys(plugin.errors?.catalogue ?? {}),
      slot: namesOf(plugin.slots),
      event: namesOf(plugin.events),
    }),
    ...variableClaims(plugin.name, plugin.config),
  ];
}

/** @returns what a plugin, or the core, claims with what it brings */
export function broughtClaims(plugin: string, parts: PluginParts<unknown>): Claim[] {
  return claimsOf(plugin, {
    // Paths that match the same requests are one route, whatever their parameters are called.
    route: parts.routes?.map(({ method, path }) => `${method} ${path.replace(/([:*])[^/]+/g, "$1")}`),
    "mounted path": parts.mount?.map(({ path }) => path),
    job: parts.jobs?.map(({ definition }) => definition.name),
    "readiness check": namesOf(parts.readiness),
    "console name": Object.keys(parts.console ?? {}),
    command: namesOf(parts.commands),
  });
}

/** @param names kind of thing -> their names */
export const claimsOf = (plugin: string, names: Readonly<Record<string, readonly string[] | undefined>>): Claim[] =>
  Object.entries(names).flatMap(([kind, claimed = []]) => claimed.map((name) => ({ kind, name, plugin })));

function variableClaims(plugin: string, config: z.ZodObject | undefined): Claim[] {
  return Object.values(config?.shape ?? {}).flatMap((field) => {
    const { env = [], shared = false } = settingMeta(field) ?? {};
    // NAME_FILE belongs to NAME, so a setting that reads it under its own name clashes as well.
    return env.map((name) => ({ kind: "environment variable", name: name.replace(/_FILE$/, ""), plugin, shared }));
  });
}
