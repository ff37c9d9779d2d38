import type { Transaction } from "../../../core";

/**
 * Has an upload's end and the registration of its commit follow one another: whichever comes second finds the other. It lasts until the
 * transaction ends.
 * @param sha in lower case
 */
export async function lockUploadsOf({ sql }: Transaction, repositoryId: number, sha: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`coverage.uploads:${repositoryId}:${sha}`}, 0))`;
}
