import type { RepositoryRow } from "../repositories";

export const figures = ["coverage", "issues"] as const;

/** What badges show of a repository's default branch. */
export type Figure = (typeof figures)[number];

/** @returns null when it isn't known */
export const knownValue = (repository: RepositoryRow, figure: Figure): number | null =>
  repository.lacksDefaultBranch ? null : repository[figure];
