import { expect, test } from "bun:test";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { lockStorageSize, recountStorage } from "../../../plugins/repositories/commits-size";
import { removeStorage } from "../../../plugins/repositories/jobs/destroy";
import { repositoryFolder } from "../../../plugins/storage/names";
import { useRepositoryWorld } from "./world/repository-world";

const { github, server, db, jobs, add, commits } = await useRepositoryWorld();

const isStored = (name: string, sha: string) =>
  existsSync(join(server.dataDir, "git_storage", repositoryFolder(name), `${sha}.tar.zst.shasum`));

async function sizes(repositoryId: number): Promise<{ told: number; sum: number }> {
  const [row] = await db.sql<{ told: number; sum: number }[]>`
    SELECT commits_size AS told, (SELECT coalesce(sum(clone_size), 0)::bigint FROM commits WHERE repository_id = r.id) AS sum
      FROM repositories r WHERE id = ${repositoryId}`;
  if (!row) throw new Error("there is no such repository");
  return row;
}

async function stored(name: string, files: Record<string, string> = { a: "a" }) {
  const { onGitHub, added } = await add({ name, files });
  await jobs.idle();
  return { onGitHub, id: added.id, sha: (await onGitHub.head()) ?? "" };
}

test("the removal of a repository's files that comes late spares the repository that has its name by then", async () => {
  const first = await stored("phoenix");
  await github.deliver("repository", github.payloads.repository(first.onGitHub, "deleted"));
  await jobs.idle();
  expect(isStored("phoenix", first.sha)).toBe(false);
  first.onGitHub.rename("ashes");
  const second = await stored("phoenix", { a: "another" });
  await db.transaction((tx) => jobs.enqueue(tx, removeStorage, { repositoryId: first.id, name: "phoenix" }));
  await jobs.idle();
  expect(isStored("phoenix", second.sha)).toBe(true);
  expect(await commits(second.id)).toEqual([expect.objectContaining({ sha: second.sha, status: "completed" })]);
});

test("the removal of files spares none of a name that differs in case", async () => {
  const { id, sha } = await stored("lower");
  await db.sql`UPDATE repositories SET name = 'Lower' WHERE id = ${id}`;
  await db.transaction((tx) => jobs.enqueue(tx, removeStorage, { repositoryId: 0, name: "lower" }));
  await jobs.idle();
  expect(isStored("lower", sha)).toBe(false);
});

test("the size of a repository counts commits that are stored at the same time", async () => {
  const { id } = await stored("sizes");
  await db.sql`INSERT INTO commits (repository_id, sha, author_name, author_email, message) VALUES (${id}, ${"9".repeat(40)}, '', '', '')`;
  const [first, second] = (await commits(id)).map((commit) => commit.id);
  const counted = Promise.withResolvers<void>();
  const bothBegun = Promise.withResolvers<void>();
  const store = (commitId: number | undefined, size: number, before: Promise<unknown>, after: () => Promise<unknown>) =>
    db.transaction(async (tx) => {
      await before;
      await lockStorageSize(tx, id);
      await tx.sql`UPDATE commits SET clone_size = ${size} WHERE id = ${commitId ?? 0}`;
      await recountStorage(tx, id);
      counted.resolve();
      await after();
    });
  const waits = async () => {
    const [{ waiting } = { waiting: 0 }] = await db.sql<{ waiting: number }[]>`
      SELECT count(*)::int AS waiting FROM pg_locks WHERE NOT granted`;
    return waiting > 0;
  };
  const one = store(first, 1_000, Promise.resolve(), () => bothBegun.promise);
  const other = store(second, 500, counted.promise, async () => {});
  await counted.promise;
  while (!(await waits())) await Bun.sleep(5);
  bothBegun.resolve();
  await Promise.all([one, other]);
  expect(await sizes(id)).toEqual({ told: 1_500, sum: 1_500 });
});

test("the size of a repository that loses its name, and with it its files, says so", async () => {
  const { id, onGitHub } = await stored("taken");
  expect((await sizes(id)).told).toBeGreaterThan(0);
  onGitHub.rename("elsewhere");
  await stored("taken");
  expect(await sizes(id)).toEqual({ told: 0, sum: 0 });
});

test("what is kept in the data folder is closed to other accounts", async () => {
  const { sha } = await stored("closed");
  const storage = join(server.dataDir, "git_storage");
  const modes = [join(server.dataDir, "git_cache"), storage, join(storage, repositoryFolder("closed"), `${sha}.tar.zst`)];
  expect(modes.map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual(["700", "700", "600"]);
});
