import type { Database, Jobs } from "../../core";
import type { GitHub } from "../github";
import { SnapshotError } from "../storage";
import { refreshRepository } from "./jobs/refresh-job";
import { standingOf } from "./on-github";
import type { RepositoryRow } from "./rows";
import { isElsewhere, leaveBehind, takeBack } from "./transfer";

/** What became of a read. `hidden`: GitHub doesn't show the repository; `elsewhere`: it isn't the organization's any more. */
export type Verified<T> = { readonly kind: "read"; readonly value: T } | { readonly kind: "hidden" | "elsewhere" };

/**
 * GitHub has given a repository's name to another one, or the repository to another owner. What was read is void.
 * - `renamed`: its name is being read again; another attempt will find it
 * - `hidden`: GitHub doesn't show it
 * - `elsewhere`: it isn't the organization's any more, which no further attempt changes
 */
export class IdentityError extends Error {
  override readonly name = "IdentityError";

  constructor(readonly kind: "renamed" | "hidden" | "elsewhere") {
    super(messages[kind]);
  }
}

const messages = {
  renamed: "The repository has another name on GitHub, which is being read again",
  hidden: "GitHub doesn't show the repository",
  elsewhere: "The repository isn't the organization's any more",
} as const;

/**
 * Reads from GitHub what is about one repository. A repository is its GitHub id with the organization as its owner; its name is only
 * what it is called now, and may be another one's by the time of the next call. So both are asked for before and after each read, and
 * nothing gets out that was read in doubt. Whatever is found out on the way is noted: a new name is read again (job
 * `repositories.refresh`), a new owner ends all memberships.
 */
export interface VerifiedReads {
  /** @param read asks GitHub by the id it is given, so that it can't be answered about another repository */
  byId<T>(repository: RepositoryRow, read: (githubId: number) => Promise<T>): Promise<Verified<T>>;
  /**
   * For what can be had by name only.
   * @param read uses the repository's name
   * @throws IdentityError when the name isn't the repository's, before or after; what `read` throws while it is
   */
  byName<T>(repository: RepositoryRow, read: () => Promise<T>): Promise<T>;
}

export function createVerifiedReads({ db, jobs, github }: { db: Database; jobs: Jobs; github: GitHub }): VerifiedReads {
  return {
    async byId(repository, read) {
      const before = await confirm(repository);
      if (before === "hidden" || before === "elsewhere") return { kind: before };
      const value = await read(repository.githubId);
      const after = await confirm(repository);
      return after === "hidden" || after === "elsewhere" ? { kind: after } : { kind: "read", value };
    },

    async byName(repository, read) {
      await demand(repository);
      try {
        const value = await read();
        await demand(repository);
        return value;
      } catch (error) {
        // What isn't there may be elsewhere. When GitHub can't tell, the failure is what it was.
        const doubt = error instanceof SnapshotError ? await doubtOf(repository) : null;
        throw doubt ?? error;
      }
    },
  };

  async function demand(repository: RepositoryRow): Promise<void> {
    const found = await confirm(repository);
    if (found !== "same") throw new IdentityError(found);
  }

  async function doubtOf(repository: RepositoryRow): Promise<IdentityError | null> {
    try {
      await demand(repository);
      return null;
    } catch (error) {
      return error instanceof IdentityError ? error : null;
    }
  }

  async function confirm(repository: RepositoryRow): Promise<"same" | IdentityError["kind"]> {
    const { id, githubId, name, transferredTo } = repository;
    if (isElsewhere(github, repository)) return "elsewhere";
    const standing = await standingOf(github, githubId);
    if (standing.kind === "hidden") return "hidden";
    if (standing.kind === "elsewhere") {
      await db.transaction((tx) => leaveBehind(tx, { repositoryId: id, owner: standing.owner, sequence: null }));
      return "elsewhere";
    }
    // The mark names what the organization is called now.
    if (transferredTo !== null) await db.transaction((tx) => takeBack(tx, { repositoryId: id, sequence: null }));
    if (standing.repository.name === name) return "same";
    await db.transaction((tx) => jobs.enqueue(tx, refreshRepository, { repositoryId: id }));
    return "renamed";
  }
}
