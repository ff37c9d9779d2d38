import { type Jobs, type RowOf, rowColumns, type Transaction } from "../../core";
import { isRepositoryName } from "../storage";
import { lockStorageSize, recountStorage } from "./commits-size";
import { refreshRepository } from "./jobs/refresh-job";
import { repositories } from "./tables";

/** Names are taken one at a time. */
export async function lockNames({ sql }: Transaction): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended('repositories.names', 0))`;
}

/** A registered repository that has a name somebody else wants. */
export type NameHolder = RowOf<typeof holderColumns>;
const holderColumns = rowColumns(repositories, ["id", "githubId", "name", "transferredTo"]);

/** @param githubId who wants it */
export async function holderOf(tx: Transaction, name: string, githubId: number): Promise<NameHolder | undefined> {
  const [holder] = await tx.sql<NameHolder[]>`
    SELECT ${holderColumns(tx)} FROM repositories
     WHERE name = ${name} AND github_id <> ${githubId} FOR NO KEY UPDATE`;
  return holder;
}

/** Takes a repository's name from it. What it is called meanwhile is no name on GitHub, so nothing is fetched for it. */
export async function dropName(tx: Transaction, { id, githubId, name }: NameHolder): Promise<void> {
  await tx.sql`UPDATE repositories SET name = ${`${name}~${githubId}`}, updated_at = now() WHERE id = ${id}`;
  await forgetArchives(tx, id);
}

/** @returns what a repository was called before {@link dropName} took its name; null when nobody did */
export function droppedName({ name, githubId }: Pick<NameHolder, "name" | "githubId">): string | null {
  const former = name.endsWith(`~${githubId}`) ? name.slice(0, -`~${githubId}`.length) : "";
  return isRepositoryName(former) ? former : null;
}

/**
 * A repository's identity is its GitHub id. When one takes a name that another row still holds (renames that arrived out of
 * order, or a repository that was deleted and made again), that row gives the name up and is read from GitHub anew, unless it has left
 * the organization. Whoever is about to take a name calls this first, in the same transaction.
 *
 * @param githubId who takes the name
 */
export async function giveUpName({ tx, jobs }: { tx: Transaction; jobs: Jobs }, name: string, githubId: number): Promise<void> {
  await lockNames(tx);
  const holder = await holderOf(tx, name, githubId);
  if (!holder) return;
  await dropName(tx, holder);
  await jobs.enqueue(tx, refreshRepository, { repositoryId: holder.id });
}

/** Archives lie under the former name: they are fetched again when something needs them. */
export async function forgetArchives(tx: Transaction, repositoryId: number): Promise<void> {
  await lockStorageSize(tx, repositoryId);
  await tx.sql`UPDATE commits SET clone_status = 'queued', clone_size = NULL, updated_at = now() WHERE repository_id = ${repositoryId}`;
  await recountStorage(tx, repositoryId);
}
