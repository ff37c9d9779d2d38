import { expect, test } from "bun:test";
import type { Transaction } from "../../../core";
import { destroyRepository } from "../../../plugins/repositories/jobs/destroy";
import { useTestPlatform } from "../../../testing";
import { until } from "../../system/world/until";

const platform = await useTestPlatform();
const { db, jobs } = platform;
const manifest = JSON.stringify({ version: "0.1.alpha", checks: [{ plugin: "a/one" }] });

interface Place {
  readonly repositoryId: number;
  readonly commitId: number;
  readonly branchId: number;
}

/** What others do in one transaction, with the deletion coming between its first half and its second. */
const acts: readonly [
  what: string,
  first: (tx: Transaction, at: Place) => unknown,
  then: (tx: Transaction, at: Place) => unknown,
][] = [
  [
    "takes the repository and then a commit of it, as whoever ignores an issue",
    ({ sql }, { repositoryId }) => sql`SELECT FROM repositories WHERE id = ${repositoryId} FOR NO KEY UPDATE`,
    ({ sql }, { commitId }) => sql`SELECT FROM commits WHERE id = ${commitId} FOR NO KEY UPDATE`,
  ],
  [
    "takes a commit and then writes down what its branch has, as whatever ends a run",
    ({ sql }, { commitId }) => sql`SELECT FROM commits WHERE id = ${commitId} FOR NO KEY UPDATE`,
    ({ sql }, { repositoryId, branchId }) =>
      sql`INSERT INTO issue_histories (repository_id, branch_id, quantity) VALUES (${repositoryId}, ${branchId}, 1)`,
  ],
];

test.each(acts)("a repository is deleted while somebody %s", async (_what, first, then) => {
  for (const isRunning of [true, false]) {
    const { onGitHub, repository } = await platform.createRepository({ name: `deleted-${crypto.randomUUID()}` });
    const { sha } = await platform.push(onGitHub, { files: isRunning ? { ".cocov.yaml": manifest } : { "b.txt": "b" } });
    const [place] = await db.sql<Place[]>`
      SELECT c.repository_id AS "repositoryId", c.id AS "commitId", b.id AS "branchId"
        FROM commits c JOIN branches b ON b.head_id = c.id WHERE c.repository_id = ${repository.id} AND c.sha = ${sha}`;
    if (!place) throw new Error("the pushed commit isn't there");
    const isWaitedFor = async () =>
      (await db.sql`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).length > 0;
    await db.transaction(async (tx) => {
      await first(tx, place);
      await db.transaction((other) => jobs.enqueue(other, destroyRepository, { repositoryId: repository.id }));
      await until(isWaitedFor, async () => "the deletion doesn't wait");
      await then(tx, place);
    });
    await platform.idle();
    expect(await db.sql`SELECT FROM commits WHERE id = ${place.commitId}`).toHaveLength(0);
  }
  expect(platform.logs()).not.toContain("deadlock");
});
