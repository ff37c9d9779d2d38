import { join, resolve } from "node:path";
import { z } from "zod";
import { type ConfigOutline, checkConfigFile, loadConfigFile } from "../config/config-file";
import { type EffectiveSetting, readSection } from "../config/read-section";
import { didYouMean } from "../did-you-mean";
import { conflictingClaims } from "../plugin/claims";
import { discoverPlugins } from "../plugin/discover";
import type { AnyPlugin } from "../plugin/plugin";
import { type PluginOff, resolvePlugins } from "../plugin/resolve";
import { services } from "../services";
import { StartupError } from "../startup-error";
import { type CoreSettings, coreSettings } from "./core-settings";
import { coreDeclaredClaims, declaredClaims } from "./declared-claims";
import type { AnyService } from "./service";

/** The folder of the project this file belongs to. */
export const projectRoot = resolve(import.meta.dir, "../..");

export interface InstallationOptions {
  /** The project's folder: `plugins/`, `migrations/` and `config/` are looked for there. */
  readonly root?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What the configuration file would export; without it `config/cocov.config.ts`, or the file `COCOV_CONFIG` names, is read. */
  readonly config?: unknown;
}

/** A plugin that is on, with its section of the configuration. */
export interface ConfiguredPlugin {
  readonly plugin: AnyPlugin;
  readonly origin: string;
  readonly config: Record<string, unknown>;
}

/** What is installed and how it is configured: all that can be known without a database. */
export interface Installation {
  readonly root: string;
  readonly settings: CoreSettings;
  /** Plugins that are on, requirements first. */
  readonly on: readonly ConfiguredPlugin[];
  readonly off: readonly PluginOff[];
  /** Every setting with its value and source, for printing. */
  readonly effective: readonly EffectiveSetting[];
}

/**
 * Reads the configuration and finds the plugins.
 * @throws StartupError with every mistake found, in one message
 */
export async function loadInstallation(options: InstallationOptions = {}): Promise<Installation> {
  const { root = projectRoot, env = process.env } = options;
  const path = resolve(root, env.COCOV_CONFIG || join("config", "cocov.config.ts"));
  const outline = checkConfigFile(options.config ?? (await loadConfigFile(path, { required: Boolean(env.COCOV_CONFIG) })));
  if ("problem" in outline) throw new StartupError([outline.problem]);

  const core = readSection("core", coreSettings, outline.core ?? {}, env);
  const discovery = await discoverPlugins(join(root, "plugins"), outline.plugins?.load ?? [], root);
  const resolution = resolvePlugins(discovery.found, switchedOff(outline, core.settings));
  const sections = resolution.on.map((entry) => ({
    ...entry,
    reading: readSection(
      entry.plugin.name,
      entry.plugin.config ?? z.object({}),
      outline.settings?.[entry.plugin.name] ?? {},
      env,
    ),
  }));
  const problems = [
    ...core.problems,
    ...(core.values ? checkSettings(core.values) : []),
    ...discovery.problems,
    ...resolution.problems,
    ...strangeSections(
      outline,
      discovery.found.map(({ plugin }) => plugin.name),
    ),
    ...sections.flatMap(({ reading }) => reading.problems),
    ...conflictingClaims([...resolution.on.flatMap(({ plugin }) => declaredClaims(plugin)), ...coreDeclaredClaims]),
    ...(await Promise.all(resolution.on.map(({ plugin }) => checkManifest(plugin, root)))).flat(),
  ];
  if (problems.length > 0 || !core.values) throw new StartupError(problems);
  return {
    root,
    settings: { ...core.values, dataDir: resolve(root, core.values.dataDir) },
    on: sections.map(({ plugin, origin, reading }) => ({ plugin, origin, config: reading.values ?? {} })),
    off: resolution.off,
    effective: [core, ...sections.map(({ reading }) => reading)].flatMap(({ settings }) => settings),
  };
}

const checkers: readonly AnyService[] = services;

const checkSettings = (settings: CoreSettings): string[] => checkers.flatMap((service) => service.check?.(settings) ?? []);

async function checkManifest(plugin: AnyPlugin, root: string): Promise<string[]> {
  return (await Promise.all(checkers.map(async (service) => (await service.checkManifest?.(plugin, root)) ?? []))).flat();
}

/** Reads the list even when another setting of the section can't be used, so that the mistakes it leads to are told as well. */
function switchedOff(outline: ConfigOutline, settings: readonly EffectiveSetting[]): Map<string, string> {
  const byEnvironment = z
    .array(z.string())
    .catch([])
    .parse(settings.find(({ key }) => key === "pluginsDisabled")?.value);
  return new Map([
    ...(outline.plugins?.disabled ?? []).map((name) => [name, "the configuration file"] as const),
    ...byEnvironment.map((name) => [name, "COCOV_PLUGINS_DISABLED"] as const),
  ]);
}

function strangeSections(outline: ConfigOutline, names: readonly string[]): string[] {
  return Object.keys(outline.settings ?? {})
    .filter((name) => !names.includes(name))
    .map(
      (name) =>
        `The configuration file has settings for "${name}", but there is no such plugin.${didYouMean(name, names)} There are: ${names.join(", ")}.`,
    );
}
