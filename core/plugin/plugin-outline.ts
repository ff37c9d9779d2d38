import type { AnyPlugin } from "./plugin";

/** Names `setup` receives besides required plugins: no plugin may be called so. */
const reserved = new Set(["db", "jobs", "events", "slots", "log", "config", "core", "cipher", "app", "sql", "help"]);

/**
 * Checks that what a module exports as default is a plugin, before anything of it is used.
 * @returns the plugin, or the sentence that says what is missing
 */
export function pluginOutline(exported: unknown): { plugin: AnyPlugin } | string {
  if (!isRecord(exported)) return "its default export isn't what definePlugin() returns.";
  if (typeof exported.name !== "string" || !/^[a-z][a-z0-9-]*$/.test(exported.name)) {
    return "its name must be lower-case letters, digits and hyphens, starting with a letter.";
  }
  if (reserved.has(exported.name))
    return `its name "${exported.name}" is one that every plugin receives from the core; choose another.`;
  if (typeof exported.summary !== "string" || exported.summary.trim() === "")
    return "it has no summary: one line that tells operators what it is for.";
  if (!isPlugin(exported)) return "it has no setup function.";
  return { plugin: exported };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isPlugin(value: object): value is AnyPlugin {
  return "setup" in value && typeof value.setup === "function";
}
