import { z } from "zod";
import { aFunction, aList, aText, type Forms, isRecord, isText, outlineMistakes } from "./outline";
import type { AnyPlugin } from "./plugin";

/** Names that the core uses for something: its section of the configuration, its own routes and its module. */
const reserved = new Set("core system documentation cocov".split(" "));

const forms: Forms & Readonly<Record<keyof AnyPlugin, unknown>> = {
  name: {
    fits: (value: unknown) => typeof value === "string" && /^[a-z][a-z0-9-]*$/.test(value),
    words: "lower-case letters, digits and hyphens, starting with a letter",
  },
  summary: { ...aText, words: "one line that tells operators what it is for" },
  version: aText,
  compatibility: { ...aText, words: 'a semver range of the platform\'s version, such as "^0.1.0"' },
  requires: aList("plugins", "name", "setup"),
  optional: aList("plugins", "name", "setup"),
  config: { fits: (value: unknown) => value instanceof z.ZodObject, words: "what z.object() returns" },
  tables: { fits: isRecord, words: "an object whose values are drizzle tables" },
  encrypted: aList("what encryptedColumn() returns", "table", "column", "context"),
  errors: { fits: (value: unknown) => isRecord(value) && isRecord(value.catalogue), words: "what defineErrors() returns" },
  slots: aList("what slot.one() and slot.all() return", "name", "takes", "with"),
  events: aList("what defineEvent() returns", "name", "handledBy"),
  migrations: { ...aText, words: "the path of a folder" },
  setup: aFunction,
};

/**
 * Checks that what a module exports as default is a plugin, before anything of it is used.
 * @returns the plugin, or the sentence that says what is missing
 */
export function pluginOutline(exported: unknown): { plugin: AnyPlugin } | string {
  if (!isRecord(exported)) return "its default export isn't what definePlugin() returns.";
  const say = {
    unknown: (name: string) => `${name} is no part of a plugin`,
    unfit: (name: string, words: string) => `its ${name} must be ${words}.`,
  };
  const mistakes = outlineMistakes(exported, forms, say, ["name", "summary", "setup"]);
  if (mistakes.length > 0 || !isPlugin(exported)) return mistakes.join(" ");
  return reserved.has(exported.name)
    ? `the core uses the name "${exported.name}" for something itself; choose another.`
    : { plugin: exported };
}

const isPlugin = (value: Record<string, unknown>): value is Record<string, unknown> & AnyPlugin =>
  isText(value.name) && aFunction.fits(value.setup);
