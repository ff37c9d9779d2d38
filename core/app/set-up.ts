import type { Logger } from "pino";
import type { BoundedWork } from "../bounded-work/bounded-work";
import type { Cipher } from "../cipher/cipher";
import type { Database } from "../database/types";
import type { Events } from "../events/event";
import { coreErrors } from "../http/errors";
import type { Jobs } from "../jobs/job";
import { type Claim, conflictingClaims, routeClaim } from "../plugin/claims";
import type { AnyPlugin, PluginParts } from "../plugin/plugin";
import type { SlotBoard } from "../plugin/slot";
import { StartupError } from "../startup-error";
import { coreNames } from "./console-scope";
import type { Installation } from "./installation";

/** What the core lends to every plugin. */
export interface CoreParts {
  readonly db: Database;
  readonly jobs: Jobs;
  readonly events: Events;
  readonly slots: SlotBoard;
  readonly log: Logger;
  readonly cipher: Cipher;
  readonly boundedWork: BoundedWork;
}

/** A plugin that has been set up. */
export interface InstalledPlugin {
  readonly plugin: AnyPlugin;
  readonly origin: string;
  readonly parts: PluginParts<unknown>;
}

/**
 * Calls every plugin's `setup`, requirements first, and hands each the public APIs of what it requires.
 * @throws StartupError when two plugins claim one route, job or console name
 */
export function setUpPlugins(installation: Installation, core: CoreParts): InstalledPlugin[] {
  const apis = new Map<string, unknown>();
  const installed = installation.on.map(({ plugin, origin, config }) => {
    const wanted = [...(plugin.requires ?? []), ...(plugin.optional ?? [])].map(({ name }: AnyPlugin) => [
      name,
      apis.get(name),
    ]);
    const parts: PluginParts<unknown> = plugin.setup({
      ...core,
      log: core.log.child({ plugin: plugin.name }),
      config,
      core: installation.settings,
      ...Object.fromEntries(wanted),
    });
    apis.set(plugin.name, parts.api);
    for (const contribution of parts.contribute ?? []) core.slots.add(contribution);
    return { plugin, origin, parts };
  });
  const conflicts = conflictingClaims([...installed.flatMap(claimsOf), ...coreClaims()]);
  if (conflicts.length > 0) throw new StartupError(conflicts);
  return installed;
}

function claimsOf({ plugin, parts }: InstalledPlugin): Claim[] {
  const claim = (kind: Claim["kind"]) => (name: string) => ({ kind, name, plugin: plugin.name as string });
  return [
    ...(parts.routes ?? []).map(({ method, path }) => routeClaim(method, path)).map(claim("route")),
    ...(parts.jobs ?? []).map(({ definition }) => definition.name).map(claim("job")),
    ...Object.keys(parts.console ?? {}).map(claim("console name")),
    ...Object.keys(plugin.errors?.catalogue ?? {}).map(claim("error code")),
  ];
}

function coreClaims(): Claim[] {
  return [
    ...Object.keys(coreErrors.catalogue).map((name) => ({ kind: "error code" as const, name, plugin: "core" })),
    ...coreNames.map((name) => ({ kind: "console name" as const, name, plugin: "core" })),
  ];
}
