import { createEvents } from "../events/emitter";
import { broughtClaims, conflictingClaims } from "../plugin/claims";
import type { InstalledPlugin } from "../plugin/found-plugin";
import { type LeftOut, leaveOut } from "../plugin/leave-out";
import { neighboursOf } from "../plugin/names";
import { partsOutline } from "../plugin/parts-outline";
import type { AnyPlugin, KnownPlugin } from "../plugin/plugin";
import { pluginFailure } from "../plugin/plugin-failure";
import { createSlotBoard } from "../plugin/slot-board";
import { slotMistakes } from "../plugin/slot-providers";
import { unknownNames } from "../plugin/unknown-names";
import { services } from "../services";
import { StartupError } from "../startup-error";
import { core, coreBrought } from "./core-claims";
import type { ConfiguredPlugin, Installation } from "./installation";
import { previewServices, type ServiceApis } from "./open-services";

/** What came of setting plugins up. */
export interface SetUp {
  /** Those that are on, requirements first. */
  readonly installed: readonly InstalledPlugin[];
  /** All that can't be used, those included that were left out before. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * Calls every plugin's `setup`, requirements first, hands each the public APIs of what it requires, and joins what they bring.
 * @throws StartupError with all that is wrong with what they bring
 */
export function setUpPlugins(installation: Installation, apis: ServiceApis): SetUp {
  const { on, optional } = installation;
  const { outcome, leftOut } = leaveOut(on, optional, (plugins) => attempt(plugins, installation, apis));
  if (outcome.problems.length > 0) throw new StartupError(outcome.problems);
  return { installed: outcome.installed, leftOut: [...installation.leftOut, ...leftOut] };
}

/**
 * Sets the plugins up to look at what they bring, without a database: `setup` only declares, so nothing is connected to.
 * @throws StartupError as starting would
 */
export const previewSetUp = (installation: Installation): SetUp => setUpPlugins(installation, previewServices());

function attempt(entries: readonly ConfiguredPlugin[], installation: Installation, apis: ServiceApis) {
  const plugins = entries.map(({ plugin }) => plugin);
  const slots = createSlotBoard(plugins.flatMap((plugin) => plugin.slots ?? []));
  const events = createEvents(plugins.flatMap((plugin) => plugin.events ?? []));
  const { database: db, jobs, log, cipher, boundedWork, observation } = apis;
  const publicApis = new Map<string, unknown>();
  const failed = new Set<string>();
  const problems: string[] = [];
  const installed: InstalledPlugin[] = [];
  const known = knownPlugins(installation, entries);

  for (const { config, ...entry } of entries) {
    const { plugin } = entry;
    const others = neighboursOf(plugin);
    // What lacks the API of something that failed would fail for that reason only.
    if (others.some(({ name }) => failed.has(name))) {
      failed.add(plugin.name);
      continue;
    }
    const result = setUp(plugin, {
      db,
      jobs,
      events,
      slots,
      cipher,
      boundedWork,
      installed: () => known,
      observe: observation,
      log: log.child({ plugin: plugin.name }),
      config,
      core: installation.settings,
      use: Object.fromEntries(others.map(({ name }) => [name, publicApis.get(name)])),
    });
    if ("problems" in result) {
      failed.add(plugin.name);
      problems.push(...result.problems);
      continue;
    }
    installed.push({ ...entry, parts: result.parts });
    publicApis.set(plugin.name, result.parts.api);
    events.register(result.parts.on ?? []);
    for (const contribution of result.parts.contribute ?? []) slots.add(contribution);
  }

  const declaring = [...installation.on, ...installation.off].map(({ plugin }) => plugin);
  problems.push(
    ...unknownNames(installed, [core, ...declaring]),
    // Who would fill a slot may be among those that failed.
    ...(failed.size === 0 ? slotMistakes([{ plugin: core, parts: {} }, ...installed]) : []),
    ...services.flatMap((service) => service.checkParts?.(installed) ?? []),
    ...conflictingClaims([...installed.flatMap(({ plugin, parts }) => broughtClaims(plugin.name, parts)), ...coreBrought]),
  );
  return { installed, problems };
}

/** @param on those that are set up; whoever else is on for the installation has been left out */
function knownPlugins({ on: wanted, off, leftOut }: Installation, on: readonly ConfiguredPlugin[]): readonly KnownPlugin[] {
  const serving = new Set(on.map(({ plugin }) => plugin));
  const found = [...wanted, ...off].map(({ plugin, version, origin }) => {
    return { name: plugin.name as string, version, origin, on: serving.has(plugin), encrypted: plugin.encrypted ?? [] };
  });
  return [...found, ...leftOut.map(({ name, version, origin }) => ({ name, version, origin, on: false, encrypted: [] }))];
}

function setUp(plugin: AnyPlugin, context: Parameters<AnyPlugin["setup"]>[0]): ReturnType<typeof partsOutline> {
  try {
    return partsOutline(plugin.name, plugin.setup(context));
  } catch (error) {
    return { problems: [pluginFailure(plugin, "setup", error)] };
  }
}
