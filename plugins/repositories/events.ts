import { defineEvent } from "../../core";

/** A commit became known. */
export const commitRegistered = defineEvent<{ commitId: number; repositoryId: number; sha: string }>("commit.registered");

/** A commit's files are in the storage, and it is to be worked on. Told each time a commit is processed. */
export const commitFetched = defineEvent<{ commitId: number }>("commit.fetched");

/** An attempt at fetching a commit failed; more may follow. */
export const commitFetchFailed = defineEvent<{ commitId: number }>("commit.fetch_failed");

/** A branch stands at another commit than before, which may have results already. */
export const branchHeadMoved = defineEvent<{ branchId: number; repositoryId: number; commitId: number }>("branch.head_moved");

/** A repository was added. */
export const repositoryAdded = defineEvent<{ repositoryId: number }>("repository.added");

/** A repository is about to be deleted, with all that refers to it. */
export const repositoryDeleted = defineEvent<{ repositoryId: number; name: string }>("repository.deleted");
