import { expect, test } from "bun:test";
import fc from "fast-check";
import { pickCommits } from "../../../plugins/repositories/eviction/pick-commits";
import { useTestServer } from "../../../testing/server";

const server = await useTestServer({});
const { db } = server.app;

interface Commit {
  readonly repository: 0 | 1 | 2;
  readonly size: number;
  /** Hours since its files came. */
  readonly stored: number;
  readonly old: boolean;
  readonly kept: "head" | "run" | null;
}
interface Limits {
  readonly repositoryBytes: number;
  readonly totalBytes: number;
  readonly retentionDays: number;
}

/** Makes the database hold these commits and nothing else; the id of each is its place, from 1. */
async function fill(commits: readonly Commit[]): Promise<void> {
  const { sql } = db;
  await sql`TRUNCATE repositories RESTART IDENTITY CASCADE`;
  await sql`
    INSERT INTO repositories (name, default_branch, github_id, token, commits_size)
    SELECT 'r' || n, 'main', n, 'crt_' || n, coalesce((SELECT sum(size) FROM unnest(${commits.map(({ size }) => size)}::bigint[],
           ${commits.map(({ repository }) => repository)}::int[]) AS c (size, place) WHERE place + 1 = n), 0)
      FROM generate_series(1, 3) n`;
  for (const { repository, size, stored, old, kept } of commits) {
    const [row] = await sql<{ id: number }[]>`
      INSERT INTO commits (repository_id, sha, author_name, author_email, message, clone_status, clone_size, created_at, stored_at)
      VALUES (${repository + 1}, ${crypto.randomUUID().replaceAll("-", "")}, '', '', '', 'completed', ${size},
              now() - make_interval(days => ${old ? 100 : 0}), now() - make_interval(hours => ${stored}))
      RETURNING id`;
    const id = row?.id ?? 0;
    if (kept === "head")
      await sql`INSERT INTO branches (repository_id, name, head_id) VALUES (${repository + 1}, ${`b${id}`}, ${id})`;
    if (kept === "run")
      await sql`INSERT INTO check_sets (commit_id, status, job_id) VALUES (${id}, 'in_progress', ${crypto.randomUUID()})`;
  }
}

/** The rule, one commit after the other. @returns places of those that go, from 1, in that order */
function expected(commits: readonly Commit[], { repositoryBytes, totalBytes, retentionDays }: Limits): number[] {
  const all = commits.map((commit, index) => ({ ...commit, id: index + 1 }));
  const removable = all.filter(({ kept }) => kept === null).sort((a, b) => b.stored - a.stored || a.id - b.id);
  const left = new Set(all);
  const sizeOf = (repository?: number) =>
    [...left]
      .filter((commit) => repository === undefined || commit.repository === repository)
      .reduce((sum, { size }) => sum + size, 0);
  const gone: number[] = [];
  const go = (wants: (commit: (typeof all)[number]) => boolean) => {
    for (const commit of removable) {
      if (!left.has(commit) || !wants(commit)) continue;
      left.delete(commit);
      gone.push(commit.id);
    }
  };
  go(({ old, stored }) => retentionDays > 0 && old && stored > 1);
  go(({ repository }) => repositoryBytes > 0 && sizeOf(repository) > repositoryBytes);
  go(() => totalBytes > 0 && sizeOf() > totalBytes);
  return gone;
}

const commit = fc.record<Commit>({
  repository: fc.constantFrom(0, 1, 2),
  size: fc.integer({ min: 1, max: 100 }),
  stored: fc.integer({ min: 0, max: 50 }).map((hours) => hours * 2),
  old: fc.boolean(),
  kept: fc.constantFrom<Commit["kept"]>(null, null, null, "head", "run"),
});
const limits = fc.record<Limits>({
  repositoryBytes: fc.constantFrom(0, 50, 150, 400),
  totalBytes: fc.constantFrom(0, 50, 300, 900),
  retentionDays: fc.constantFrom(0, 30),
});

test("exactly what the limits want goes, in their order, whatever is stored", async () => {
  const uses = [
    {
      name: "checks",
      condition: ({ sql }: Parameters<typeof pickCommits>[0]) =>
        sql`EXISTS (SELECT FROM check_sets s WHERE s.commit_id = c.id AND s.status = 'in_progress')`,
    },
  ];
  await fc.assert(
    fc.asyncProperty(fc.array(commit, { maxLength: 15 }), limits, async (commits, wanted) => {
      await fill(commits);
      const picked = await pickCommits(db, uses, wanted, 1000);
      const order = expected(commits, wanted);
      expect(picked.map(({ id }) => id)).toEqual(order);
      const few = await pickCommits(db, uses, wanted, 3);
      expect(few.map(({ id }) => id)).toEqual(order.slice(0, 3));
    }),
    { numRuns: 40 },
  );
});
