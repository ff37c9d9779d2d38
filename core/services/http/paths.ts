/** A route's path, ready for the router. */
export interface PathPattern {
  /**
   * The path with its parameters named by position. The router demands one name for all parameters at one place of its tree, while
   * routes call the same segment `:name`, `:repo_name` or `:repo_id`.
   */
  readonly mounted: string;
  /** The parameters' own names, and the names the router gives their values. */
  readonly names: readonly (readonly [own: string, mounted: string])[];
}

/** @param path e.g. `/v1/repositories/:repo_name/branches/*branch` */
export function pathPattern(path: string): PathPattern {
  const names: [string, string][] = [];
  const segments = path.split("/").map((segment) => {
    if (!/^[:*]/.test(segment)) return segment;
    const mounted = segment.startsWith("*") ? "*" : `p${names.length}`;
    names.push([segment.slice(1), mounted]);
    return mounted === "*" ? mounted : `:${mounted}`;
  });
  return { mounted: segments.join("/"), names };
}

/**
 * Gives a route's parameters their own names and decodes the rest of the path, which the router leaves encoded.
 *
 * @param values the router's: segments decoded once, null where that was impossible
 */
export function pathValues(names: PathPattern["names"], values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const own: Record<string, unknown> = {};
  for (const [name, mounted] of names) own[name] = mounted === "*" ? decodedRest(values["*"]) : values[mounted];
  return own;
}

function decodedRest(encoded: unknown): string | null {
  if (typeof encoded !== "string") return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}

/**
 * Brings a request's address into the form the router reads: an `http` URL whose path has no repeated and no trailing slash.
 *
 * @param url absolute, or only path and query, as Bun leaves it when the `Host` header is unusable
 * @returns the very same text when there is nothing to do, as for nearly all requests
 */
export function routableUrl(url: string): string {
  if (!url.startsWith("http://")) {
    return routableUrl(url.startsWith("https://") ? `http://${url.slice("https://".length)}` : `http://localhost${url}`);
  }
  const start = url.indexOf("/", "http://".length);
  if (start < 0) return url;
  const question = url.indexOf("?", start);
  const end = question < 0 ? url.length : question;
  const repeated = url.indexOf("//", start);
  const trailing = end - start > 1 && url.charCodeAt(end - 1) === 47;
  if (!trailing && (repeated < 0 || repeated >= end)) return url;
  const path = url.slice(start, end).replace(/\/+/g, "/");
  const trimmed = path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
  return url.slice(0, start) + trimmed + url.slice(end);
}
