import { defineGauge, type Queryable, type Reading } from "../../core";

/** What the stored commits of all repositories take. */
export const storageBytes = defineGauge({
  name: "cocov_storage_bytes",
  summary: "Bytes of the stored files of all repositories' commits",
  labels: [],
});

/** From what is kept of each repository: it costs as much as there are repositories, however many commits they have. */
export async function readStorageBytes({ sql }: Queryable): Promise<Reading<never>[]> {
  const [row] = await sql<{ value: number }[]>`SELECT coalesce(sum(commits_size), 0)::bigint AS value FROM repositories`;
  return [{ labels: {}, value: row?.value ?? 0 }];
}
