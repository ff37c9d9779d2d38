import { didYouMean } from "../did-you-mean";
import type { Observers } from "../services/observation/observer";
import { type Form, isFunction, isRecord, listOf } from "./form";
import type { PluginParts } from "./plugin";

const aFunction: Form = { fits: isFunction, words: "a function" };
const observed: readonly (keyof Observers)[] = ["request", "statement", "job", "call"];
const isObservers = (value: unknown): boolean =>
  isRecord(value) && Object.entries(value).every(([kind, told]) => observed.some((name) => name === kind) && isFunction(told));
const isConsole = (value: unknown): boolean => isRecord(value) && listOf("summary", "value")(Object.values(value));

const forms: Readonly<Record<keyof PluginParts<unknown>, Form>> = {
  api: { fits: () => true, words: "anything" },
  routes: { fits: listOf("method", "path", "access", "answers", "handle"), words: "a list of what route() returns" },
  mount: { fits: listOf("path", "summary", "app", "access"), words: "a list of { path, summary, app, access }" },
  jobs: { fits: listOf("definition", "handle"), words: "a list of what the handledBy() of jobs returns" },
  on: { fits: listOf("event", "handle"), words: "a list of what the handledBy() of events returns" },
  contribute: { fits: listOf("slot", "value"), words: "a list of what the with() of slots returns" },
  observe: { fits: isObservers, words: `an object of functions, of which there may be ${observed.join(", ")}` },
  console: { fits: isConsole, words: "an object whose entries have a summary and a value" },
  commands: { fits: listOf("name", "summary", "run"), words: "a list of what defineCommand() returns" },
  readiness: { fits: listOf("name", "required", "check"), words: "a list of { name, required, check }" },
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
  const problems = Object.entries(returned).flatMap(([name, value]) => {
    if (!isPart(name)) {
      const known = Object.keys(forms);
      return [`${what} has a part ${name} that there isn't.${didYouMean(name, known)} There are: ${known.join(", ")}.`];
    }
    return value === undefined || forms[name].fits(value)
      ? []
      : [`${what} can't be used: ${name} must be ${forms[name].words}.`];
  });
  return problems.length > 0 ? { problems } : { parts: returned };
}

const isPart = (name: string): name is keyof PluginParts<unknown> => Object.hasOwn(forms, name);
