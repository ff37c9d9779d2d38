import { type ManifestError, manifestError } from "./manifest";
import type { ManifestFields, MountFields } from "./manifest-fields";

/** What a mount's `source` starts with; the secret's name follows. */
export const secretPrefix = "secrets:";

/** @returns the first wrong mount, the defaults' before the checks'; a check may reuse a destination of the defaults */
export function findMountError({ defaults, checks }: ManifestFields): ManifestError | null {
  const inDefaults = findInList(defaults?.mounts ?? [], "defaults.checks.mounts");
  if (inDefaults) return inDefaults;
  for (const [index, check] of checks.entries()) {
    const inCheck = findInList(check.mounts ?? [], `checks.${index}.mounts`);
    if (inCheck) return inCheck;
  }
  return null;
}

function findInList(mounts: readonly MountFields[], path: string): ManifestError | null {
  const destinations = new Set<string>();
  for (const [index, { source, destination }] of mounts.entries()) {
    if (destinations.has(destination)) {
      return manifestError("manifest_duplicated_mount_destination", `${path}.${index}.destination: ${destination}`);
    }
    destinations.add(destination);
    if (!source.startsWith(secretPrefix)) {
      return manifestError("manifest_invalid_mount_source", `${path}.${index}.source: ${source}`);
    }
  }
  return null;
}
