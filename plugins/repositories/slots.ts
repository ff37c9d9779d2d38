import { type Queryable, slot } from "../../core";

/** Where a plugin tells how far it has come with commits. */
export interface CommitStatusSource {
  /** The key of the Commit JSON that it fills. */
  readonly key: "checks_status" | "coverage_status";
  /** @returns status by commit id, in one statement; commits that are left out show as `waiting` */
  of(q: Queryable, commitIds: readonly number[]): Promise<Map<number, string>>;
}

/** Filled by whoever keeps a status per commit. */
export const commitStatus = slot.all<CommitStatusSource>("repositories.commit_status", { key: ({ key }) => key });
