import type { Transaction } from "../../../core";
import type { CommitStatus, GitHub } from "../../github";
import type { ManifestErrorKind } from "../manifest/manifest";

/** What GitHub is told about a commit's checks. */
export type CommitStatusKind = "running" | "no_manifest" | "no_issues" | "canceled" | "internal_error" | ManifestErrorKind;

type Announcement = Pick<CommitStatus, "state" | "description"> & { readonly page: "checks" | "issues" };

/** Sends a commit's status to GitHub, in the background. @param kind a kind, or how many active issues the checks found */
export type Announce = (
  tx: Transaction,
  commit: { readonly repositoryName: string; readonly repositoryGithubId: number; readonly sha: string },
  kind: CommitStatusKind | { readonly issues: number },
) => Promise<void>;

/** @param uiBaseUrl where the web UI is, without a trailing slash: target of the statuses' links */
export function createAnnounce({ github, uiBaseUrl }: { github: GitHub; uiBaseUrl: string }): Announce {
  return async (tx, { repositoryName, repositoryGithubId: repositoryId, sha }, kind) => {
    const { state, description, page } = announcement(kind);
    const targetUrl = `${uiBaseUrl}/repos/${repositoryName}/commits/${sha}/${page}`;
    await github.postStatus(tx, { repositoryId, sha, context: "cocov", state, description, targetUrl });
  };
}

/** State, text (at most 140 characters) and linked page of a status. */
export function announcement(kind: CommitStatusKind | { readonly issues: number }): Announcement {
  if (typeof kind === "string") return announcements[kind];
  const { issues } = kind;
  if (issues === 0) return announcements.no_issues;
  return { state: "failure", description: `${issues} ${issues === 1 ? "issue" : "issues"} found`, page: "issues" };
}

const page = "checks";

const announcements: Readonly<Record<CommitStatusKind, Announcement>> = {
  running: { state: "pending", description: "Checks are running", page },
  no_manifest: { state: "success", description: "All good: there is nothing to check", page },
  no_issues: { state: "success", description: "No issues found", page },
  canceled: { state: "failure", description: "Checks were canceled", page },
  internal_error: { state: "error", description: "Something went wrong on Cocov's side while checks ran", page },
  commit_fetch_failed: { state: "error", description: "Commit fetch failed: its files couldn't be read from GitHub", page },
  manifest_root_must_be_mapping: { state: "error", description: "Manifest error: .cocov.yaml must be a mapping", page },
  manifest_missing_version: { state: "error", description: "Manifest error: the version is missing", page },
  manifest_version_type_mismatch: { state: "error", description: "Manifest error: the version must be text, in quotes", page },
  manifest_version_unsupported: { state: "error", description: "Manifest error: its version isn't supported", page },
  manifest_invalid_or_missing_data: { state: "error", description: "Manifest error: invalid or missing data", page },
  manifest_duplicated_mount_destination: {
    state: "error",
    description: "Manifest error: two mounts have the same destination",
    page,
  },
  manifest_invalid_mount_source: { state: "error", description: "Manifest error: the source of a mount is invalid", page },
  manifest_unknown_secret: { state: "error", description: "Manifest error: a mount names an unknown secret", page },
};
