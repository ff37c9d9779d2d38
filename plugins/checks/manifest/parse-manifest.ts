import { checksAreTooLarge, withDefaults } from "./defaults";
import { type Manifest, type ManifestError, manifestError } from "./manifest";
import { type ManifestFields, readFields } from "./manifest-fields";
import { decodeManifest } from "./manifest-text";
import { findMountError } from "./mount-errors";
import { normalizePluginName } from "./plugin-name";
import { isMapping, readYaml, type YamlMapping } from "./yaml-value";

const supportedVersion = "0.1.alpha";

export type ParsedManifest = { readonly ok: true; readonly manifest: Manifest } | ({ readonly ok: false } & ManifestError);

/**
 * Reads a `.cocov.yaml`. Never throws, except when there isn't enough memory. Some texts take seconds: whoever has other things to do reads
 * them with `createManifests`.
 * @param content the file, at most 1 MiB of UTF-8
 * @returns the manifest with defaults merged into its checks, or the first error in the order of `manifestErrorKinds`
 */
export function parseManifest(content: string | Uint8Array): ParsedManifest {
  const text = decodeManifest(content);
  if (!text.ok) return invalid(text.reason);
  const document = readYaml(text.text);
  if (!document.ok) return invalid(document.reason);
  if (!isMapping(document.value)) return failed(manifestError("manifest_root_must_be_mapping"));

  const versionError = findVersionError(document.value);
  if (versionError) return failed(versionError);
  const fields = readFields(document.value);
  if (!fields.ok) return invalid(fields.reason);
  const repeated = findRepeatedPlugin(fields.fields);
  if (repeated) return invalid(repeated);
  if (checksAreTooLarge(fields.fields)) return invalid("checks: too large together, with defaults and aliases counted in each");
  const mountError = findMountError(fields.fields);
  if (mountError) return failed(mountError);

  return { ok: true, manifest: toManifest(fields.fields) };
}

function findVersionError(root: YamlMapping): ManifestError | null {
  const version = root.get("version") ?? "";
  if (typeof version !== "string") return manifestError("manifest_version_type_mismatch");
  if (version.trim() === "") return manifestError("manifest_missing_version");
  return version === supportedVersion ? null : manifestError("manifest_version_unsupported");
}

/** Reports and issues are told apart by the plugin's normalised name, so one manifest can't have it twice, in whatever case. */
function findRepeatedPlugin({ checks }: ManifestFields): string | null {
  const seen = new Map<string, number>();
  for (const [index, { plugin }] of checks.entries()) {
    const name = normalizePluginName(plugin);
    const first = seen.get(name.toLowerCase());
    if (first !== undefined) return `checks.${index}.plugin: ${name} is already checks.${first}`;
    seen.set(name.toLowerCase(), index);
  }
  return null;
}

function toManifest({ checks, defaults, coverage, exclude_paths }: ManifestFields): Manifest {
  return {
    checks: checks.map((check) => withDefaults(check, defaults)),
    excludePaths: exclude_paths,
    minPercent: coverage?.min_percent ?? null,
  };
}

function invalid(reason: string): ParsedManifest {
  return failed(manifestError("manifest_invalid_or_missing_data", reason));
}

function failed(error: ManifestError): ParsedManifest {
  return { ok: false, ...error };
}
