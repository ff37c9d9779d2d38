import { z } from "zod";
import { didYouMean } from "../did-you-mean";
import { type Form, isFunction, isRecord, isText, listOf } from "./form";
import type { AnyPlugin } from "./plugin";

/** Names that the core uses for something: its section of the configuration, its own routes and its module. */
const reserved = new Set("core system documentation cocov".split(" "));

const forms: Readonly<Record<keyof AnyPlugin, Form>> = {
  name: {
    fits: (value) => typeof value === "string" && /^[a-z][a-z0-9-]*$/.test(value),
    words: "lower-case letters, digits and hyphens, starting with a letter",
  },
  summary: { fits: isText, words: "one line that tells operators what it is for" },
  version: { fits: isText, words: "a text" },
  compatibility: { fits: isText, words: 'a semver range of the platform\'s version, such as "^0.1.0"' },
  requires: { fits: listOf("name", "setup"), words: "a list of plugins" },
  optional: { fits: listOf("name", "setup"), words: "a list of plugins" },
  config: { fits: (value) => value instanceof z.ZodObject, words: "what z.object() returns" },
  tables: { fits: isRecord, words: "an object whose values are drizzle tables" },
  errors: { fits: (value) => isRecord(value) && isRecord(value.catalogue), words: "what defineErrors() returns" },
  slots: { fits: listOf("name", "takes", "with"), words: "a list of what slot.one() and slot.all() return" },
  events: { fits: listOf("name", "handledBy"), words: "a list of what defineEvent() returns" },
  migrations: { fits: isText, words: "the path of a folder" },
  setup: { fits: isFunction, words: "a function" },
};
const required = ["name", "summary", "setup"] as const;

/**
 * Checks that what a module exports as default is a plugin, before anything of it is used.
 * @returns the plugin, or the sentence that says what is missing
 */
export function pluginOutline(exported: unknown): { plugin: AnyPlugin } | string {
  if (!isRecord(exported)) return "its default export isn't what definePlugin() returns.";
  const unknown = Object.keys(exported).filter((name) => !Object.hasOwn(forms, name));
  const known = Object.keys(forms);
  const mistakes = [
    ...unknown.map((name) => `${name} is no part of a plugin.${didYouMean(name, known) || ` There are: ${known.join(", ")}.`}`),
    ...Object.entries(forms)
      .filter(([name]) => exported[name] !== undefined || required.some((part) => part === name))
      .filter(([name, { fits }]) => !fits(exported[name]))
      .map(([name, { words }]) => `its ${name} must be ${words}.`),
  ];
  if (mistakes.length > 0) return mistakes.join(" ");
  if (!isPlugin(exported)) return "it has no setup function.";
  return reserved.has(exported.name)
    ? `the core uses the name "${exported.name}" for something itself; choose another.`
    : { plugin: exported };
}

function isPlugin(value: Record<string, unknown>): value is Record<string, unknown> & AnyPlugin {
  return isText(value.name) && isFunction(value.setup);
}
