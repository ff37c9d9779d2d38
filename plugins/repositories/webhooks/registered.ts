import { z } from "zod";
import type { Jobs, Transaction } from "../../../core";
import type { GitHub } from "../../github";
import { isRepositoryName } from "../../storage";
import { findRepositoryByGitHubId } from "../find";
import { renameRepository } from "../jobs/rename";
import { isOrganization } from "../on-github";
import type { RepositoryRow } from "../rows";
import { isElsewhere, leaveBehind } from "../transfer";

/** Parts that aren't there, or aren't what they ought to be, say nothing. */
const about = z.object({
  repository: z.object({
    id: z.int(),
    name: z.string().refine(isRepositoryName).optional().catch(undefined),
    owner: z.object({ login: z.string() }).nullish().catch(null),
  }),
});

/**
 * Finds the registered repository that a payload is about. Whatever the event, the payload says what the repository is called and whose
 * it is, and both are taken over first: the event that told of a change may have been lost.
 * @returns undefined when it isn't registered, or isn't the organization's
 */
export type Registered = (tx: Transaction, payload: unknown, sequence: number) => Promise<RepositoryRow | undefined>;

export function createRegistered({ jobs, github }: { jobs: Jobs; github: GitHub }): Registered {
  return async (tx, payload, sequence) => {
    const told = about.safeParse(payload).data?.repository;
    const known = told && (await findRepositoryByGitHubId(tx, told.id));
    if (!known) return undefined;
    const owner = told.owner?.login;
    if (owner !== undefined && !isOrganization(github, owner)) {
      await leaveBehind(tx, { repositoryId: known.id, owner, sequence });
      return undefined;
    }
    if (isElsewhere(github, known)) return undefined;
    if (owner === undefined || told.name === undefined || told.name === known.name) return known;
    await renameRepository({ tx, jobs }, { id: known.id, name: told.name, sequence });
    return await findRepositoryByGitHubId(tx, told.id);
  };
}
