/** Something only one plugin may have. */
export interface Claim {
  readonly kind:
    | "table"
    | "route"
    | "mounted path"
    | "job"
    | "error code"
    | "console name"
    | "command"
    | "slot"
    | "event"
    | "readiness check"
    | "environment variable";
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

/** Paths that match the same requests are one route, whatever their parameters are called. */
export const routeClaim = (method: string, path: string): string => `${method} ${path.replace(/([:*])[^/]+/g, "$1")}`;
