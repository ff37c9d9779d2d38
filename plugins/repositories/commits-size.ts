import type { Queryable, Transaction } from "../../core";

/**
 * Has simultaneous changes of a repository's stored commits take turns: called before the first of them in a transaction that ends
 * with {@link recountStorage}. Without it each of two would count without the other.
 */
export async function lockStorageSize({ sql }: Transaction, repositoryId: number): Promise<void> {
  await sql`SELECT FROM repositories WHERE id = ${repositoryId} FOR NO KEY UPDATE`;
}

/** Makes `commits_size` the sum over the repository's commits. See {@link lockStorageSize}. */
export async function recountStorage({ sql }: Queryable, repositoryId: number): Promise<void> {
  await sql`
    UPDATE repositories SET commits_size = (SELECT coalesce(sum(clone_size), 0) FROM commits WHERE repository_id = ${repositoryId}),
           updated_at = now()
     WHERE id = ${repositoryId}`;
}
