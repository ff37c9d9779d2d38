import { defineEvent } from "../../core";

/** A commit became known. */
export const commitRegistered = defineEvent<{ commitId: number; repositoryId: number; sha: string }>("commit.registered");

/**
 * A branch came to a commit: by a push, or when its repository was added. Told each time, whatever is known of the commit already.
 * Its files are being fetched: `fetchId` (a UUID, new each time) is what {@link commitStored} or {@link commitFetchFailed} will say.
 */
export const commitArrived = defineEvent<{ commitId: number; fetchId: string }>("commit.arrived");

/**
 * A commit's files are in the storage; nothing more. Told once per fetch, also when an earlier one had brought them.
 * `fetchId` is that of whoever asked for them; null when they were wanted for being shown.
 */
export const commitStored = defineEvent<{ commitId: number; fetchId: string | null }>("commit.stored");

/**
 * A commit's files couldn't be had for half a minute, or never will be; in the former case more attempts follow, each of which is
 * told of. `fetchId` is that of whoever asked for them. `details` says what is wrong with the commit; null when the fault is elsewhere.
 * `isLast`: no further attempt follows.
 */
export const commitFetchFailed = defineEvent<{
  commitId: number;
  fetchId: string | null;
  details: string | null;
  isLast: boolean;
}>("commit.fetch_failed");

/** A branch stands at another commit than before, which may have results already. */
export const branchHeadMoved = defineEvent<{ branchId: number; repositoryId: number; commitId: number }>("branch.head_moved");

/** A repository was added. */
export const repositoryAdded = defineEvent<{ repositoryId: number }>("repository.added");

/** A repository is about to be deleted, with all that refers to it. */
export const repositoryDeleted = defineEvent<{ repositoryId: number; name: string }>("repository.deleted");
