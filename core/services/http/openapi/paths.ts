import type { PreparedRoute } from "../mount";

export interface DocumentedPath {
  /** `/v1/things/{id}` */
  readonly path: string;
  /** The route's own parameter names -> those in `path`. */
  readonly pathNames: ReadonlyMap<string, string>;
}

/**
 * Names the parameters in documented paths. Paths that differ in nothing but those names are one path in OpenAPI; where routes name
 * a segment differently (`:repo_name` and `:repo_id`), it is documented as `{repo_name_or_repo_id}` for all of them.
 *
 * @returns a function that gives a route's documented path
 */
export function documentedPaths(routes: readonly PreparedRoute[]): (route: PreparedRoute) => DocumentedPath {
  const groups = Map.groupBy(routes, ({ pattern }) => pattern.mounted);
  return ({ route, pattern }) => {
    const group = groups.get(pattern.mounted) ?? [];
    const pathNames = new Map(
      pattern.names.map(([own], position) => {
        const names = group.flatMap((other) => other.pattern.names[position]?.[0] ?? []);
        return [own, [...new Set(names)].join("_or_")];
      }),
    );
    const segments = route.path
      .split("/")
      .map((segment) => (/^[:*]/.test(segment) ? `{${pathNames.get(segment.slice(1))}}` : segment));
    return { path: segments.join("/"), pathNames };
  };
}
