import { pino } from "pino";
import { createNetwork } from "./network";
import type { Route } from "./route";
import { ServedRequest } from "./served-request";
import { createStrangerBodies } from "./stranger-bodies";

/**
 * Finds the names that a route's guards add and that the handler's context has already: adding them would replace what the platform
 * relies on.
 */
export function guardMistakes({ access, scope }: Route): string[] {
  const guards = [{ part: "access", guard: access }, ...(scope ? [{ part: "scope", guard: scope }] : [])];
  const undeclared = guards.filter(({ guard }) => typeof guard.adds !== "object" || guard.adds === null);
  if (undeclared.length > 0) {
    return undeclared.map(
      ({ part }) => `its ${part} guard doesn't say what it adds; give it \`adds\`, {} when there is nothing`,
    );
  }
  const taken = guards.flatMap(({ part, guard }) =>
    Object.keys(guard.adds)
      .filter((name) => name in context)
      .map((name) => `its ${part} guard adds "${name}", which every request has from the platform; call it otherwise`),
  );
  const twice = Object.keys(access.adds)
    .filter((name) => scope !== undefined && name in scope.adds)
    .map((name) => `both its guards add "${name}"; call one of them otherwise`);
  return [...taken, ...twice];
}

const log = pino({ level: "silent" });
const network = createNetwork(false, () => "");
/** Some request, to see what a context has. */
const context = new ServedRequest(
  new Request("http://localhost/"),
  null,
  { log, accessLog: log, network, strangers: createStrangerBodies(), beginnings: () => ({}) },
  0,
);
