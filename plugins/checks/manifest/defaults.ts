import type { ManifestCheck, Mount } from "./manifest";
import type { CheckFields, DefaultFields, ManifestFields, MountFields } from "./manifest-fields";
import { secretPrefix } from "./mount-errors";
import { normalizePluginName } from "./plugin-name";

/**
 * Merges the manifest's defaults into one of its checks: environment variables by name, where the check's own win; and, after
 * the check's own mounts, those defaults' mounts whose destination it doesn't use.
 * @param check with sources that `findMountError` found right
 */
export function withDefaults(check: CheckFields, defaults: DefaultFields | null): ManifestCheck {
  return {
    plugin: check.plugin,
    pluginName: normalizePluginName(check.plugin),
    envs: mergeEnvs(check.envs, defaults?.envs ?? null),
    mounts: mergeMounts(check.mounts, defaults?.mounts ?? null),
  };
}

function mergeEnvs(own: CheckFields["envs"], defaults: DefaultFields["envs"]): ManifestCheck["envs"] {
  return own || defaults ? { ...defaults, ...own } : null;
}

function mergeMounts(own: CheckFields["mounts"], defaults: DefaultFields["mounts"]): ManifestCheck["mounts"] {
  if (!own && !defaults) return null;
  const taken = new Set(own?.map((mount) => mount.destination));
  const added = (defaults ?? []).filter((mount) => !taken.has(mount.destination));
  return [...(own ?? []), ...added].map(toMount);
}

function toMount({ source, destination }: MountFields): Mount {
  return { source: { kind: "secret", name: source.slice(secretPrefix.length) }, destination };
}

const maxSize = 4 * 1024 * 1024;

/**
 * Each check gets a copy of the defaults, and of what its aliases stand for, so a file of 1 MiB could grow to gigabytes: half of it
 * defaults, half tiny checks.
 * @returns whether the checks would come to more than 4 Mi characters, with 16 for each variable and mount
 */
export function checksAreTooLarge({ checks, defaults }: ManifestFields): boolean {
  const copied = defaults ? sizeOf(defaults) : 0;
  return checks.reduce((sum, check) => sum + sizeOf(check) + copied, 0) > maxSize;
}

function sizeOf({ envs, mounts }: DefaultFields): number {
  let size = 0;
  for (const [name, value] of Object.entries(envs ?? {})) size += 16 + name.length + value.length;
  for (const { source, destination } of mounts ?? []) size += 16 + source.length + destination.length;
  return size;
}
