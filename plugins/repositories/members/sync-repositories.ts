import type { Jobs, Transaction } from "../../../core";
import { updateRepositoryPermissions } from "../jobs/update-permissions";

/**
 * How many repositories are synced in one minute when many are wanted at once: GitHub grants an installation some thousand calls an
 * hour, and others need them too.
 */
const perMinute = 100;

/** Has repositories' members synced, the first ones at once and the others minute by minute. Syncs that wait already aren't doubled. */
export async function syncRepositories(tx: Transaction, jobs: Jobs, repositoryIds: readonly number[]): Promise<void> {
  for (let first = 0; first < repositoryIds.length; first += perMinute) {
    const payloads = repositoryIds.slice(first, first + perMinute).map((repositoryId) => ({ repositoryId }));
    await jobs.enqueueAll(tx, updateRepositoryPermissions, payloads, { delaySeconds: (first / perMinute) * 60 });
  }
}

/** The same for the repositories that a person is a member of: as whom GitHub can't be asked, the App asks about. */
export async function syncRepositoriesOf(tx: Transaction, jobs: Jobs, githubId: number): Promise<void> {
  const memberships = await tx.sql<{ id: number }[]>`
    SELECT repository_id AS id FROM repository_members WHERE github_member_id = ${githubId} ORDER BY repository_id`;
  await syncRepositories(
    tx,
    jobs,
    memberships.map(({ id }) => id),
  );
}
