import { createEvents } from "../events/emitter";
import { conflictingClaims } from "../plugin/claims";
import type { InstalledPlugin } from "../plugin/installed-plugin";
import { partsOutline } from "../plugin/parts-outline";
import type { AnyPlugin } from "../plugin/plugin";
import { pluginFailure } from "../plugin/plugin-failure";
import { createSlotBoard } from "../plugin/slot-board";
import { slotMistakes } from "../plugin/slot-providers";
import { unknownNames, withReferenced } from "../plugin/unknown-names";
import { services } from "../services";
import { StartupError } from "../startup-error";
import type { Installation } from "./installation";
import type { ServiceApis } from "./open-services";
import { claimsOfParts, coreClaims } from "./part-claims";

/**
 * Calls every plugin's `setup`, requirements first, hands each the public APIs of what it requires, and joins what they bring.
 * @throws StartupError with all that is wrong with what they bring
 */
export function setUpPlugins(installation: Installation, apis: ServiceApis): InstalledPlugin[] {
  const plugins = installation.on.map(({ plugin }) => plugin);
  const slots = createSlotBoard(plugins.flatMap((plugin) => plugin.slots ?? []));
  const events = createEvents(plugins.flatMap((plugin) => plugin.events ?? []));
  const { database: db, jobs, log, cipher, boundedWork } = apis;
  const publicApis = new Map<string, unknown>();
  const failed = new Set<string>();
  const problems: string[] = [];
  const installed: InstalledPlugin[] = [];

  for (const { plugin, origin, config } of installation.on) {
    const others: AnyPlugin[] = [...(plugin.requires ?? []), ...(plugin.optional ?? [])];
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
    installed.push({ plugin, origin, parts: result.parts });
    publicApis.set(plugin.name, result.parts.api);
    events.register(result.parts.on ?? []);
    for (const contribution of result.parts.contribute ?? []) slots.add(contribution);
  }

  const known = withReferenced([...plugins, ...installation.off.map(({ plugin }) => plugin)]);
  problems.push(
    ...unknownNames(installed, known),
    // Who would fill a slot may be among those that failed.
    ...(failed.size === 0 ? slotMistakes(installed) : []),
    ...services.flatMap((service) => service.checkParts?.(installed) ?? []),
    ...conflictingClaims([...installed.flatMap(claimsOfParts), ...coreClaims]),
  );
  if (problems.length > 0) throw new StartupError(problems);
  return installed;
}

function setUp(plugin: AnyPlugin, context: Parameters<AnyPlugin["setup"]>[0]): ReturnType<typeof partsOutline> {
  try {
    return partsOutline(plugin.name, plugin.setup(context));
  } catch (error) {
    return { problems: [pluginFailure(plugin, "setup", error)] };
  }
}
