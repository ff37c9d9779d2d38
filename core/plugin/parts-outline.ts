import type { Observers } from "../services/observation/observer";
import { aFunction, aList, type Forms, isRecord, outlineMistakes } from "./outline";
import type { PluginParts } from "./plugin";

const observed: readonly (keyof Observers)[] = ["request", "statement", "job", "call"];
const isObservers = (value: unknown): boolean =>
  isRecord(value) &&
  Object.entries(value).every(([kind, told]) => observed.some((name) => name === kind) && aFunction.fits(told));
const entries = aList("console entries", "summary", "value");

const forms: Forms & Readonly<Record<keyof PluginParts<unknown>, unknown>> = {
  api: { fits: () => true, words: "anything" },
  routes: aList("what route() returns", "method", "path", "access", "answers", "handle"),
  mount: aList("{ path, summary, app, access }", "path", "summary", "app", "access"),
  jobs: aList("what the handledBy() of jobs returns", "definition", "handle"),
  on: aList("what the handledBy() of events returns", "event", "handle"),
  contribute: aList("what the with() of slots returns", "slot", "value"),
  observe: { fits: isObservers, words: `an object of functions, of which there may be ${observed.join(", ")}` },
  console: {
    fits: (value: unknown) => isRecord(value) && entries.fits(Object.values(value)),
    words: "an object whose entries have a summary and a value",
  },
  commands: aList("what defineCommand() returns", "name", "summary", "run"),
  readiness: aList("{ name, required, check }", "name", "required", "check"),
  start: aFunction,
  drain: aFunction,
  stop: aFunction,
};

/**
 * Checks what `setup` returned before anything of it is used.
 * @returns the parts, or sentences about what can't be used
 */
export function partsOutline(plugin: string, returned: unknown): { parts: PluginParts<unknown> } | { problems: string[] } {
  const what = `What setup of plugin "${plugin}" returns`;
  if (returned instanceof Promise) {
    returned.catch(() => undefined);
    return { problems: [`${what} is a promise. setup only declares: make it synchronous, and wait in start.`] };
  }
  if (!isRecord(returned)) return { problems: [`${what} isn't an object. Return the plugin's parts, {} when it has none.`] };
  const problems = outlineMistakes(returned, forms, {
    unknown: (name) => `${what} has a part ${name} that there isn't`,
    unfit: (name, words) => `${what} can't be used: ${name} must be ${words}.`,
  });
  return problems.length > 0 ? { problems } : { parts: returned };
}
