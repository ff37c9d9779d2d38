import type { z } from "zod";
import { type Queryable, slot } from "../../core";
import type { UseOfCommits } from "./eviction/uses";
import type { HeadFigure } from "./head-figures";
import type { BranchHistory } from "./histories/history";
import type { SettingsFigure } from "./settings-figures";

/** A key of the Commit JSON under which a plugin tells how far it has come. */
export type ProgressKey = `${string}_status`;

/** What a plugin knows of how far it has come with commits. A commit is green when all its statuses are `completed`, red when one is `errored`. */
export interface ProgressSource {
  /** Where commits show it. One that every commit has (see `promised-statuses.ts`) is filled, others are added. */
  readonly key: ProgressKey;
  /** What it may be, with a description and an example, for the documentation. */
  readonly schema: z.ZodType<string, string>;
  /** Shown for commits that `of` leaves out. */
  readonly unknown: string;
  /** @returns status by commit id, in one statement */
  of(q: Queryable, commitIds: readonly number[]): Promise<ReadonlyMap<number, string>>;
}

/** Filled by whoever keeps a status per commit. */
export const commitProgress = slot.all<ProgressSource>("repositories.commit_progress", { key: ({ key }) => key });

/** Filled by whoever keeps a history of a figure of branches; made with `repositories.history`. */
export const branchHistory = slot.all<BranchHistory>("repositories.branch_history", { key: ({ key }) => key });

/** Filled by whoever has something of a repository that its settings show the number of. */
export const settingsFigure = slot.all<SettingsFigure>("repositories.settings_figure", { key: ({ key }) => key });

/** Filled by whoever has something of a commit that repositories show the number of. */
export const headFigure = slot.all<HeadFigure>("repositories.head_figure", { key: ({ key }) => key });

/** Filled by whoever does something with commits for which their files have to stay. */
export const commitUse = slot.all<UseOfCommits>("repositories.commit_use", { key: ({ name }) => name });
