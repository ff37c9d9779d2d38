import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { repositoryFolder } from "../../../plugins/storage/names";
import { useRepositoryWorld } from "./world/repository-world";

const { github, server, db, jobs, add, get, commits, members } = await useRepositoryWorld();

async function deliver(event: string, payload: object): Promise<void> {
  expect((await github.deliver(event, payload)).status).toBe(200);
  await jobs.idle();
}

/** Makes a repository with one commit and waits until that is stored. */
async function added(name: string) {
  const { onGitHub, added } = await add({ name, files: { "a.txt": "a" } });
  await jobs.idle();
  return { onGitHub, id: added.id };
}

const nameOf = async (id: number) => (await db.sql`SELECT name::text FROM repositories WHERE id = ${id}`)[0]?.name;
const archive = (name: string, sha: string) =>
  join(server.dataDir, "git_storage", repositoryFolder(name), `${sha}.tar.zst.shasum`);

test("a deleted repository goes, with all that belongs to it", async () => {
  const { onGitHub, id } = await added("gone");
  const [commit] = await commits(id);
  await deliver("repository", github.payloads.repository(onGitHub, "deleted"));
  expect((await get("/v1/repositories/gone")).status).toBe(404);
  expect(await commits(id)).toEqual([]);
  expect(existsSync(archive("gone", commit?.sha ?? ""))).toBe(false);
});

test("an edited description or default branch is taken over, both at once", async () => {
  const { onGitHub } = await added("edited");
  await onGitHub.commit({ branch: "next" });
  await onGitHub.update({ description: "New", defaultBranch: "next" });
  const shown = async () => await (await get("/v1/repositories/edited")).json();
  await deliver("repository", github.payloads.repository(onGitHub, "edited", { homepage: { from: null } }));
  expect(await shown()).toMatchObject({ description: null, default_branch: "main" });
  await deliver("repository", github.payloads.repository(onGitHub, "edited", { description: { from: null } }));
  expect(await shown()).toMatchObject({ description: "New", default_branch: "next" });
});

test("a renamed repository answers under its new name, and its archives follow", async () => {
  const { onGitHub, id } = await added("before");
  const [commit] = await commits(id);
  const sha = commit?.sha ?? "";
  onGitHub.rename("After");
  await deliver("repository", github.payloads.repository(onGitHub, "renamed", { repository: { name: { from: "before" } } }));
  expect((await get("/v1/repositories/before")).status).toBe(404);
  expect(await (await get("/v1/repositories/after")).json()).toMatchObject({ id, name: "After" });
  expect(existsSync(archive("After", sha))).toBe(true);
  expect(await commits(id)).toEqual([expect.objectContaining({ sha, status: "completed" })]);
});

test("a change of case alone is a renaming, too", async () => {
  const { onGitHub, id } = await added("case");
  const [commit] = await commits(id);
  onGitHub.rename("Case");
  await deliver("repository", github.payloads.repository(onGitHub, "renamed"));
  expect(await nameOf(id)).toBe("Case");
  expect(existsSync(archive("Case", commit?.sha ?? ""))).toBe(true);
});

test("renames that arrive out of order end with GitHub's names", async () => {
  const one = await added("one");
  const two = await added("two");
  one.onGitHub.rename("old");
  two.onGitHub.rename("one");
  await deliver("repository", github.payloads.repository(two.onGitHub, "renamed"));
  expect([await nameOf(one.id), await nameOf(two.id)]).toEqual(["old", "one"]);
  await deliver("repository", github.payloads.repository(one.onGitHub, "renamed"));
  expect([await nameOf(one.id), await nameOf(two.id)]).toEqual(["old", "one"]);
});

test("a name that GitHub wouldn't give is ignored", async () => {
  const { onGitHub, id } = await added("legal");
  await deliver("repository", { action: "renamed", repository: { id: onGitHub.id, name: "../up" } });
  expect(await nameOf(id)).toBe("legal");
});

test.each(["repository", "public", "team_add", "member"] as const)("%s has the members synced", async (event) => {
  const { onGitHub, id } = await added(`synced-${event}`);
  const person = github.addUser({ login: `member-by-${event}` });
  onGitHub.setCollaborator(person, "admin");
  const payloads = {
    repository: github.payloads.repository(onGitHub, "privatized"),
    public: github.payloads.public(onGitHub),
    team_add: github.payloads.teamAdd(onGitHub),
    member: github.payloads.member(onGitHub, person, "added"),
  };
  await deliver(event, payloads[event]);
  expect(await members(id)).toEqual({ [person.id]: "admin" });
});

test.each([
  ["repository", { action: "deleted" }],
  ["repository", { action: "renamed", repository: { id: 1 } }],
  ["repository", { action: "edited", repository: null }],
  ["member", { repository: { id: "1" } }],
  ["public", { repository: { id: 424_242 } }],
])("%s with %j means nothing to the platform", async (event, payload) => {
  const before = [...(await db.sql`SELECT id, name::text FROM repositories ORDER BY id`)];
  await deliver(event, payload);
  expect([...(await db.sql`SELECT id, name::text FROM repositories ORDER BY id`)]).toEqual(before);
});
