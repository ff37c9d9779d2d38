import { expect, setDefaultTimeout, test } from "bun:test";
import { processCommit } from "../../../plugins/repositories/jobs/process-commit";
import { useRepositoryWorld } from "./world/repository-world";

setDefaultTimeout(30_000);

const { github, server, db, jobs, add, commits, heard, until } = await useRepositoryWorld();

/** Has the periodic job look for commits that nothing fetches. */
async function lookForForgotten(): Promise<void> {
  const all = server.app.plugins.flatMap(({ parts }) => parts.jobs ?? []);
  const task = all.find(({ definition }) => definition.name === "repositories.fetch_forgotten");
  if (!task) throw new Error("the periodic job is gone");
  await db.transaction((tx) => jobs.enqueue(tx, task.definition, {}));
  await jobs.idle();
}

/** Makes a repository's commits look as if they had been waiting so long to be fetched, with nothing in the ledger. */
const forget = (repositoryId: number, minutes: number) => db.sql`
  UPDATE commits SET clone_status = 'queued', updated_at = now() - make_interval(mins => ${minutes}) WHERE repository_id = ${repositoryId}`;

test("a commit that waits to be fetched and that no job fetches is found after some minutes", async () => {
  const { added } = await add({ name: "forgotten", files: { a: "a" } });
  await jobs.idle();
  await forget(added.id, 4);
  await lookForForgotten();
  expect(await commits(added.id)).toMatchObject([{ status: "queued" }]);
  await forget(added.id, 6);
  await lookForForgotten();
  expect(await commits(added.id)).toMatchObject([{ status: "completed" }]);
});

test("those that wait behind a git that hangs don't keep others from being found", async () => {
  const { onGitHub, added } = await add({ name: "hung", files: { a: "a" } });
  await jobs.idle();
  const active = github.fail({ match: "/acme/hung.git/**", hang: true });
  await github.push(onGitHub, { files: { b: "b" } });
  await until(async () => active.hits() > 0);
  await db.sql`
    INSERT INTO commits (repository_id, sha, author_name, author_email, message)
    SELECT ${added.id}, lpad(n::text, 40, 'a'), 'Ada', 'ada@example.org', 'm' FROM generate_series(1, 150) n`;
  const { added: other } = await add({ name: "behind", files: { a: "a" } });
  await until(async () => (await commits(other.id))[0]?.status === "completed");
  await forget(added.id, 60);
  await forget(other.id, 6);
  const task = server.app.plugins
    .flatMap(({ parts }) => parts.jobs ?? [])
    .find(({ definition }) => definition.name === "repositories.fetch_forgotten");
  for (let period = 1; period <= 2; period += 1) {
    await db.transaction(async (tx) => task && jobs.enqueue(tx, task.definition, {}));
    await until(async () => (await db.sql`SELECT 1 FROM core_jobs WHERE name = 'repositories.fetch_forgotten'`).length === 0);
  }
  await until(async () => (await commits(other.id))[0]?.status === "completed");
  const waiting = await db.sql`SELECT 1 FROM core_jobs WHERE name = 'repositories.process_commit'`;
  expect(waiting.length).toBeLessThanOrEqual(1 + 2 + 150);
  await db.sql`DELETE FROM repositories WHERE id = ${added.id}`;
  await github.down();
  active.clear();
  await github.up();
  await jobs.idle();
});

test("a repository that had to give up its name isn't fetched until it has one again, and nothing fails for it", async () => {
  const { added } = await add({ name: "named", files: { a: "a" } });
  await jobs.idle();
  const [{ id } = { id: 0 }] = await commits(added.id);
  await db.sql`UPDATE repositories SET name = 'named~1' WHERE id = ${added.id}`;
  await forget(added.id, 6);
  const told = (await heard(id)).length;
  const fetch = { commitId: id, repositoryId: added.id, fetchId: crypto.randomUUID() };
  await db.transaction((tx) => jobs.enqueue(tx, processCommit, fetch));
  await jobs.idle();
  await lookForForgotten();
  expect(await commits(added.id)).toMatchObject([{ status: "queued" }]);
  expect((await heard(id)).length).toBe(told);
  expect(await db.sql`SELECT attempts, payload FROM core_jobs WHERE name = ${processCommit.name}`).toMatchObject([
    { attempts: 0, payload: fetch },
  ]);
  await db.sql`UPDATE repositories SET name = 'named' WHERE id = ${added.id}`;
  await db.sql`UPDATE core_jobs SET run_at = now() WHERE name = ${processCommit.name}`;
  await until(async () => (await heard(id)).length > told);
  expect((await heard(id)).at(-1)).toBe("fetched");
  expect(await commits(added.id)).toMatchObject([{ status: "completed" }]);
});
