import { z } from "zod";
import { type Database, defineJob, type HandledJob } from "../../../core";
import type { GitHub } from "../../github";
import { deletionOf } from "../branch-heads";
import type { CommitRegister } from "../commits";
import { findBranch, findRepository } from "../find";
import { newestCommit } from "../on-github";
import type { VerifiedReads } from "../verified-read";

export const initializeRepository = defineJob({
  name: "repositories.initialize",
  summary: "Takes the newest commit of a default branch that isn't known here yet from GitHub",
  whenFailing: "The repository stays without commits until somebody pushes",
  payload: z.object({ repositoryId: z.int() }),
  key: ({ repositoryId }) => String(repositoryId),
});

/** Does nothing when a push was faster, or when the repository has no commit yet. */
export function handleInitialize({
  db,
  github,
  reads,
  register,
}: {
  db: Database;
  github: GitHub;
  reads: VerifiedReads;
  register: CommitRegister;
}): HandledJob {
  return initializeRepository.handledBy(async ({ repositoryId }, run) => {
    const repository = await findRepository(db, repositoryId);
    if (!repository) return;
    const branch = repository.defaultBranch;
    if ((await findBranch(db, repositoryId, branch))?.headId) return;
    // What GitHub shows from now on is newer than a deletion known by now, and older than one that is told meanwhile.
    const sequence = await deletionOf(db, repositoryId, branch);
    const found = await reads.byId(repository, (githubId) => newestCommit(github, githubId, branch));
    const newest = found.kind === "read" ? found.value : null;
    if (!newest) return;
    await run.complete(async (tx) => {
      // A push that came in meanwhile wins.
      if ((await findBranch(tx, repositoryId, branch))?.headId) return;
      await register.push(tx, { repositoryId, branch, commit: newest, sequence });
    });
  });
}
