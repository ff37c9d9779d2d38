import { coreErrors } from "./errors";
import type { Parameter } from "./read-parameters";
import type { Route } from "./route";

/** @returns whether the body is looked at for parameters: only when some may stand there */
export function readsBody(route: Route, parameters: readonly Parameter[]): boolean {
  return route.method !== "GET" && !route.rawBody && parameters.some(({ inPath }) => !inPath);
}

/** @returns the error codes a route may answer with, in about the order in which they are tested, each once */
export function codesOf(route: Route, parameters: readonly Parameter[]): string[] {
  const body = readsBody(route, parameters);
  const fromStranger = (body || route.rawBody) && (!route.access.security || route.access.readsBody);
  return [
    ...new Set([
      ...route.access.errors,
      ...(route.jsonRequired === undefined ? [] : [route.jsonRequired]),
      ...(body || route.rawBody ? ["request.too_large"] : []),
      ...(fromStranger ? ["request.too_slow", "request.overloaded"] : []),
      ...(body ? ["request.malformed"] : []),
      ...parameters.flatMap(parameterCodes),
      ...(route.scope?.errors ?? []),
      ...(route.errors ?? []),
      "internal_error",
    ]),
  ];
}

function parameterCodes({ rule, inPath, required }: Parameter): string[] {
  if (inPath) return ["not_found"];
  const standard = "request.malformed";
  return [...(required || rule.when ? [rule.missing ?? standard] : []), rule.invalid ?? standard];
}

/** @returns the codes of a route that no plugin declares, which is a mistake of its author */
export function undeclaredCodes(codes: readonly string[], catalogue: Readonly<Record<string, unknown>>): string[] {
  return codes.filter((code) => !Object.hasOwn(catalogue, code) && !Object.hasOwn(coreErrors.catalogue, code));
}
