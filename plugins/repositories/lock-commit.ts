import type { Queryable } from "../../core";

/**
 * Makes changes of what is found out about a commit, and of what is counted of that, follow one another. It lasts until the transaction ends.
 *
 * @param queryable a transaction; outside of one it merely waits for those under way
 * @returns false when the commit has been deleted
 */
export async function lockCommit({ sql }: Queryable, commitId: number): Promise<boolean> {
  const [row] = await sql`SELECT FROM commits WHERE id = ${commitId} FOR NO KEY UPDATE`;
  return row !== undefined;
}
