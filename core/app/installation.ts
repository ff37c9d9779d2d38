import { join, resolve } from "node:path";
import { z } from "zod";
import { type ConfigOutline, checkConfigFile, loadConfigFile } from "../config/config-file";
import { type EffectiveSetting, readSection } from "../config/read-section";
import { didYouMean } from "../did-you-mean";
import { conflictingClaims, declaredClaims } from "../plugin/claims";
import { incompatibility } from "../plugin/compatibility";
import type { FoundPlugin } from "../plugin/found-plugin";
import { type LeftOut, leaveOut } from "../plugin/leave-out";
import { type PluginOff, resolvePlugins } from "../plugin/resolve";
import { services } from "../services";
import { StartupError } from "../startup-error";
import { coreDeclared } from "./core-claims";
import { type CoreSettings, coreSettings } from "./core-settings";
import type { AnyService } from "./service";

/** The folder of the project this file belongs to. */
export const projectRoot = resolve(import.meta.dir, "../..");

export interface InstallationOptions {
  /** The project's folder: `plugins/`, `migrations/` and `config/` are looked for there. */
  readonly root?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What the configuration file would export; without it `config/cocov.config.ts`, or the file `COCOV_CONFIG` names, is read. */
  readonly config?: unknown;
  /** Plugins to load on top of those that the configuration names. */
  readonly load?: readonly string[];
}

/** A plugin that is on, with its section of the configuration. */
export interface ConfiguredPlugin extends FoundPlugin {
  readonly config: Record<string, unknown>;
}

/** What is installed and how it is configured: all that can be known without a database. */
export interface Installation {
  readonly root: string;
  readonly settings: CoreSettings;
  /** Plugins that are on, requirements first. */
  readonly on: readonly ConfiguredPlugin[];
  readonly off: readonly PluginOff[];
  /** Plugins from elsewhere that can't be used. Empty unless the configuration says that they are optional. */
  readonly leftOut: readonly LeftOut[];
  /** Whether those that turn out to be unusable when they are set up are left out as well. */
  readonly optional: boolean;
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
  const { disabled = [], load = [], optional = false } = outline.plugins ?? {};
  const core = readSection("core", coreSettings, outline.core ?? {}, env);
  const switches = switchedOff(disabled, core.settings);
  const wanted = [...load, ...(options.load ?? [])];
  const discoveries = await ofServices(async ({ findPlugins }) => (findPlugins ? [await findPlugins(root, wanted)] : []));
  const found = discoveries.flatMap((discovery) => discovery.found);
  const unusable = discoveries.flatMap((discovery) => discovery.unusable);
  const lost = unusable.filter(({ elsewhere }) => optional && elsewhere);
  // What couldn't be read may have any name.
  const named = lost.length > 0 ? null : found.map(({ plugin }) => plugin.name as string);
  const examined = new Map(
    await Promise.all(found.map(async (entry) => [entry, await examine(entry, outline, { root, env })] as const)),
  );
  const { outcome, leftOut } = leaveOut(found, optional, (plugins) => {
    const resolution = resolvePlugins(plugins, switches);
    const own = resolution.on.flatMap((entry) => examined.get(entry)?.problems ?? []);
    const claims = [...resolution.on.flatMap(({ plugin }) => declaredClaims(plugin)), ...coreDeclared];
    return { resolution, problems: [...resolution.problems, ...own, ...conflictingClaims(claims)] };
  });
  const problems = [
    ...core.problems,
    ...(await ofServices((service) => core.values && service.check?.(core.values))),
    ...discoveries.flatMap((discovery) => discovery.problems),
    ...unusable.filter((entry) => !entry.isConsequence && !lost.includes(entry)).map(({ reason }) => reason),
    ...(named ? strangeNames(outline, switches, named) : []),
    ...outcome.problems,
  ];
  if (problems.length > 0 || !core.values) throw new StartupError(problems);
  const { on, off } = outcome.resolution;
  const readings = on.flatMap((entry) => examined.get(entry)?.reading ?? []);
  return {
    root,
    settings: { ...core.values, dataDir: resolve(root, core.values.dataDir) },
    on: on.map((entry) => ({ ...entry, config: examined.get(entry)?.reading.values ?? {} })),
    off,
    leftOut: [...lost.map(({ origin, reason }) => ({ name: origin, origin, reason, version: null })), ...leftOut],
    optional,
    effective: [core, ...readings].flatMap(({ settings }) => settings),
  };
}

/** @returns a plugin's section of the configuration, and what is wrong with that and with its manifest */
async function examine(
  { plugin, origin }: FoundPlugin,
  outline: ConfigOutline,
  { root, env }: Required<Pick<InstallationOptions, "root" | "env">>,
) {
  const { name } = plugin;
  const reading = readSection(name, plugin.config ?? z.object({}), outline.settings?.[name] ?? {}, env);
  const manifest = await ofServices((service) => service.checkManifest?.(plugin, root));
  return { reading, problems: [incompatibility(plugin, origin) ?? [], reading.problems, manifest].flat() };
}

/** @returns what services say when they are asked, in their order */
async function ofServices<T>(ask: (service: AnyService) => Promise<readonly T[]> | readonly T[] | undefined): Promise<T[]> {
  const all: readonly AnyService[] = services;
  return (await Promise.all(all.map(async (service) => (await ask(service)) ?? []))).flat();
}

/** Reads the list even when another setting of the section can't be used, so that the mistakes it leads to are told as well. */
function switchedOff(inFile: readonly string[], settings: readonly EffectiveSetting[]): Map<string, string> {
  const named = settings.find(({ key }) => key === "pluginsDisabled")?.value;
  const byEnvironment = z.array(z.string()).catch([]).parse(named);
  return new Map([
    ...inFile.map((name) => [name, "the configuration file"] as const),
    ...byEnvironment.map((name) => [name, "COCOV_PLUGINS_DISABLED"] as const),
  ]);
}

/** @returns a sentence for each plugin that is switched off or has settings and that there isn't */
function strangeNames(outline: ConfigOutline, switches: ReadonlyMap<string, string>, names: readonly string[]): string[] {
  const said = [
    ...[...switches].map(([name, by]) => ({ name, what: `${by} switches off` })),
    ...Object.keys(outline.settings ?? {}).map((name) => ({ name, what: "The configuration file has settings for" })),
  ];
  return said
    .filter(({ name }) => !names.includes(name))
    .map(
      ({ name, what }) =>
        `${what} "${name}", but there is no such plugin.${didYouMean(name, names)} There are: ${[...names].sort().join(", ")}.`,
    );
}
