import { expect, test } from "bun:test";
import { addRepository, pushed } from "../../../testing/factories";
import { useRepositoryWorld } from "./world/repository-world";

const { github, server, db, jobs, service, add, commits, heads, heard, until, untilTriedAgain, idleAfterFailures } =
  await useRepositoryWorld();

test("the newest commit of the default branch is registered, with its message and author", async () => {
  const onGitHub = await github.addRepository({ name: "plain", files: { a: "1" }, defaultBranch: "trunk" });
  const sha = await onGitHub.commit({ message: "Newest\n\nBody", author: { name: "Eve", email: "Eve@example.org" } });
  await onGitHub.commit({ branch: "other" });
  const { id } = await addRepository(server, service, "plain");
  await jobs.idle();
  expect(await heads(id)).toEqual({ trunk: sha });
  expect(await commits(id)).toMatchObject([
    {
      sha,
      message: expect.stringMatching(/^Newest\n\nBody\n?$/),
      author: "Eve",
      email: "Eve@example.org",
      status: "completed",
    },
  ]);
});

test("an empty repository ends quietly", async () => {
  const { added } = await add({ name: "empty" });
  await jobs.idle();
  expect(await heads(added.id)).toEqual({});
  expect(await jobs.dead()).toEqual([]);
});

test("its first push makes up for it", async () => {
  const { onGitHub, added } = await add({ name: "later" });
  await jobs.idle();
  const { sha } = await pushed(server, github, onGitHub, { files: { a: "a" } });
  expect(await heads(added.id)).toEqual({ main: sha });
});

test("a push that was faster isn't set back", async () => {
  const onGitHub = await github.addRepository({ name: "slow", files: { a: "a" } });
  const answerOfOld = github.fail({ match: `/repositories/${onGitHub.id}/commits`, status: 500 });
  const { id } = await addRepository(server, service, "slow");
  await until(async () => answerOfOld.hits() > 0);
  const { sha } = await github.push(onGitHub, { files: { a: "b" } });
  await until(async () => (await heads(id)).main === sha);
  answerOfOld.clear();
  await idleAfterFailures();
  expect(await heads(id)).toEqual({ main: sha });
  expect(await commits(id)).toHaveLength(1);
});

test("initialization and a push that bring one commit at the same time make one commit and move the branch once", async () => {
  for (let round = 0; round < 5; round += 1) {
    const name = `both-${round}`;
    const onGitHub = await github.addRepository({ name });
    const sha = await onGitHub.commit({ files: { a: name } });
    const payload = await github.payloads.push(onGitHub, { branch: "main", before: null, after: sha });
    // The push arrives while GitHub answers the initialization.
    github.fail({ match: `/repositories/${onGitHub.id}/commits`, delayMs: round * 15, times: 1 });
    const { id } = await addRepository(server, service, name);
    await github.deliver("push", payload);
    await jobs.idle();
    expect(await heads(id)).toEqual({ main: sha });
    const [commit, ...others] = await commits(id);
    expect(others).toEqual([]);
    const told = (await heard(commit?.id ?? 0)).filter((event) => event !== "deleted");
    expect(told.filter((event) => event === "registered")).toHaveLength(1);
    expect(told.filter((event) => event === "moved")).toHaveLength(1);
  }
});

test("a refusal of GitHub is made up for later", async () => {
  const onGitHub = await github.addRepository({ name: "shaky", files: { a: "a" } });
  github.fail({ match: `/repositories/${onGitHub.id}/commits`, status: 403, times: 1 });
  const { id } = await addRepository(server, service, "shaky");
  await untilTriedAgain(async () => (await heads(id)).main !== undefined);
  expect(await heads(id)).toEqual({ main: await onGitHub.head() });
});

test("a repository that is gone by then ends the jobs quietly", async () => {
  const { added } = await add({ name: "gone", files: { a: "a" } });
  await db.sql`DELETE FROM repositories WHERE id = ${added.id}`;
  await jobs.idle();
  expect(await jobs.dead()).toEqual([]);
});
