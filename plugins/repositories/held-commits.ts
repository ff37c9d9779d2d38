import type { Queryable } from "../../core";
import type { HeldCommits } from "../storage";

/**
 * Tells what the repository that has a name now keeps under it in the storage. Names are compared exactly: `Api` and `api` have
 * storage folders of their own.
 */
export function heldCommits({ sql }: Queryable, name: string): HeldCommits {
  return async (shas) => {
    const [holder] = await sql<{ id: number }[]>`SELECT id FROM repositories WHERE name = ${name} AND name::text = ${name}`;
    if (!holder) return null;
    const rows = await sql<{ sha: string }[]>`
      SELECT sha::text FROM commits WHERE repository_id = ${holder.id} AND sha = ANY (${[...shas]}::text[]::citext[])`;
    return new Set(rows.map(({ sha }) => sha));
  };
}
