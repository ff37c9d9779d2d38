/** Something only one plugin may have: a table, a route, a job, an error code, a console name. */
export interface Claim {
  readonly kind: "table" | "route" | "job" | "error code" | "console name";
  readonly name: string;
  readonly plugin: string;
}

/** @returns one sentence for each thing that is claimed more than once */
export function conflictingClaims(claims: readonly Claim[]): string[] {
  const same = Map.groupBy(claims, ({ kind, name }) => `${kind} ${name}`);
  return [...same.values()].flatMap((group) => {
    const [first, ...others] = group;
    if (!first || others.length === 0) return [];
    const plugins = [...new Set(group.map(({ plugin }) => `"${plugin}"`))];
    const who = plugins.length === 1 ? `Plugin ${plugins[0]} declares` : `Plugins ${plugins.join(" and ")} both declare`;
    const remedy = plugins.length === 1 ? "Declare it once." : "Rename it in one of them, or switch one off.";
    return [`${who} the ${first.kind} ${first.name}${plugins.length === 1 ? " twice" : ""}. ${remedy}`];
  });
}

/** Paths that match the same requests are one route, whatever their parameters are called. */
export const routeClaim = (method: string, path: string): string => `${method} ${path.replace(/([:*])[^/]+/g, "$1")}`;
