import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import type { coreSettings } from "../app/core-settings";
import { didYouMean } from "../did-you-mean";
import { StartupError } from "../startup-error";

/** What `config/cocov.config.ts` exports. Every part may be left out. */
export interface ConfigFile {
  /** Settings that belong to no plugin. */
  core?: Partial<z.input<typeof coreSettings>>;
  plugins?: {
    /** Names of plugins to switch off. */
    disabled?: readonly string[];
    /** Plugins from elsewhere: package names, or paths from the project's folder that start with a dot. */
    load?: readonly string[];
    /** Whether one from elsewhere that can't be used is left out, with a warning, instead of keeping the platform from starting. */
    optional?: boolean;
  };
  /** Plugin name -> its settings; `bun run config` lists them all. */
  settings?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Gives the configuration file its types. */
export const defineConfig = (config: ConfigFile): ConfigFile => config;

const sections = z.record(z.string(), z.unknown());
const fileSchema = z.strictObject({
  core: sections.optional(),
  plugins: z
    .strictObject({
      disabled: z.array(z.string()).optional(),
      load: z.array(z.string()).optional(),
      optional: z.boolean().optional(),
    })
    .optional(),
  settings: z.record(z.string(), sections).optional(),
});

const partNames = ["core", "plugins", "settings", "disabled", "load", "optional"];

/** A configuration file whose outline has been checked; the sections are still as written. */
export type ConfigOutline = z.output<typeof fileSchema>;

/** @throws StartupError that says what is wrong with the outline */
export function checkConfigFile(exported: unknown): ConfigOutline {
  const result = fileSchema.safeParse(exported);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  const place = first?.path.length ? ` at ${first.path.join(".")}` : "";
  const [unknown] = first?.code === "unrecognized_keys" ? first.keys : [];
  const meant = unknown === undefined ? "" : didYouMean(unknown, partNames);
  const why = first?.message ?? "unknown reason";
  throw new StartupError([`The configuration file isn't in the expected form${place}: ${why}.${meant}`]);
}

/**
 * Loads the file's default export; a file that isn't there is an empty configuration, unless it is required.
 * @throws StartupError when it can't be found, read, parsed or run
 */
export async function loadConfigFile(path: string, { required }: { readonly required: boolean }): Promise<unknown> {
  if (!existsSync(path) && !required) return {};
  try {
    const module: { default?: unknown } = await import(pathToFileURL(path).href);
    return module.default ?? {};
  } catch (error) {
    throw new StartupError([
      `The configuration file ${path} can't be loaded: ${error instanceof Error ? error.message : String(error)}`,
    ]);
  }
}
