/** A commit's `.cocov.yaml`, read and validated. */
export interface Manifest {
  /** In the order of the file, with the defaults merged in; empty when the file lists none. */
  readonly checks: readonly ManifestCheck[];
  /** Patterns for `Checks.excluded`. */
  readonly excludePaths: readonly string[];
  /** The line coverage, in percent, below which a commit fails; null asks for none. */
  readonly minPercent: number | null;
}

/** One plugin to run. */
export interface ManifestCheck {
  /** Container image reference, exactly as written. */
  readonly plugin: string;
  /** The normalised name of `plugin`, unique in a manifest. */
  readonly pluginName: string;
  /** Environment of the container; null when neither the check nor the defaults have any. */
  readonly envs: Readonly<Record<string, string>> | null;
  /** What is mounted into the container; null when neither the check nor the defaults have any. */
  readonly mounts: readonly Mount[] | null;
}

/** Something mounted into a plugin's container. */
export interface Mount {
  readonly source: { readonly kind: "secret"; readonly name: string };
  /** Path in the container; what `~` stands for is the Worker's business. */
  readonly destination: string;
}

/**
 * Why a run couldn't start, in the order of testing: the first that applies decides. `details` says whether the text that
 * names the place is kept with the kind.
 */
export const manifestErrorKinds = {
  commit_fetch_failed: { details: true },
  manifest_root_must_be_mapping: { details: false },
  manifest_missing_version: { details: false },
  manifest_version_type_mismatch: { details: false },
  manifest_version_unsupported: { details: false },
  manifest_invalid_or_missing_data: { details: true },
  manifest_duplicated_mount_destination: { details: true },
  manifest_invalid_mount_source: { details: true },
  manifest_unknown_secret: { details: true },
} as const satisfies Record<string, { readonly details: boolean }>;

export type ManifestErrorKind = keyof typeof manifestErrorKinds;

/** A manifest that can't be used. */
export interface ManifestError {
  readonly kind: ManifestErrorKind;
  /** Names the place, e.g. `checks.1.plugin: must be text`; null for the kinds that keep none. */
  readonly details: string | null;
}

/** @returns the error, with its details cut to what is kept and shown: one short line of printable text */
export function manifestError(kind: ManifestErrorKind, details: string | null = null): ManifestError {
  return { kind, details: details !== null && manifestErrorKinds[kind].details ? printable(details) : null };
}

const maxDetails = 500;

function printable(text: string): string {
  const short = text.length > maxDetails ? `${text.slice(0, maxDetails - 1)}…` : text;
  return short.toWellFormed().replace(/\p{Cc}/gu, "\uFFFD");
}
