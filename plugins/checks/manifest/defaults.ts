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

const maxCopies = 8 * 1024 * 1024;

/**
 * Each check gets a copy of the defaults, so a file of 1 MiB could grow to gigabytes: half of it defaults, half tiny checks.
 * @returns whether the copies would come to more than 8 Mi characters
 */
export function defaultsAreTooLarge({ checks, defaults }: ManifestFields): boolean {
  let size = 0;
  for (const [name, value] of Object.entries(defaults?.envs ?? {})) size += 1 + name.length + value.length;
  for (const { source, destination } of defaults?.mounts ?? []) size += 1 + source.length + destination.length;
  return size * checks.length > maxCopies;
}
