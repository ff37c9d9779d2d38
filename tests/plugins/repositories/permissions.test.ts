import { expect, test } from "bun:test";
import { updateRepositoryPermissions } from "../../../plugins/repositories/jobs/update-permissions";
import { signIn } from "../../../testing/factories";
import type { Fault } from "../../../testing/github";
import { useRepositoryWorld } from "./world/repository-world";

const { github, server, db, jobs, add, get, members, until, untilTriedAgain } = await useRepositoryWorld();

const startSync = (repositoryId: number) =>
  db.transaction((tx) => jobs.enqueue(tx, updateRepositoryPermissions, { repositoryId }));
async function sync(repositoryId: number): Promise<void> {
  await startSync(repositoryId);
  await jobs.idle();
}
const hasFailed = async (repositoryId: number) =>
  (
    await db.sql`
      SELECT 1 FROM core_jobs
       WHERE name = 'repositories.update_permissions' AND key = ${String(repositoryId)} AND failed_at IS NOT NULL`
  ).length > 0;
async function unreachableSince(repositoryId: number): Promise<Date | null> {
  const [row] = await db.sql<
    { since: Date | null }[]
  >`SELECT unreachable_since AS since FROM repositories WHERE id = ${repositoryId}`;
  return row?.since ?? null;
}

test("members are who collaborates, on every page, at the level GitHub grants", async () => {
  const onGitHub = await github.addRepository({ name: "crowd" });
  const people = Array.from({ length: 230 }, (_, index) => github.addUser({ login: `person-${index}` }));
  const roles = ["read", "triage", "write", "maintain", "admin"] as const;
  for (const [index, person] of people.entries()) onGitHub.setCollaborator(person, roles[index % 5] ?? "read");
  const { id } = await (
    await server.request("POST", "/v1/repositories", {
      token: await signIn(server, github, "person-4"),
      body: { name: "crowd" },
    })
  ).json();
  await jobs.idle();
  const levels = ["user", "user", "user", "maintainer", "admin"];
  expect(await members(id)).toEqual(
    Object.fromEntries(people.map((person, index) => [String(person.id), levels[index % 5] ?? ""])),
  );
});

test("whoever is added, changed or removed on GitHub is so here after the next sync", async () => {
  const { onGitHub, added } = await add({ name: "moves" });
  const [stays, rises, leaves, comes] = ["stays", "rises", "leaves", "comes"].map((login) => github.addUser({ login }));
  if (!stays || !rises || !leaves || !comes) throw new Error("nobody");
  for (const user of [stays, rises, leaves]) onGitHub.setCollaborator(user, "write");
  await sync(added.id);
  const token = await signIn(server, github, "leaves");
  expect((await get("/v1/repositories/moves", token)).status).toBe(200);
  const [before] = await db.sql`SELECT id, updated_at FROM repository_members WHERE github_member_id = ${stays.id}`;
  onGitHub.setCollaborator(rises, "admin");
  onGitHub.setCollaborator(leaves, null);
  onGitHub.setCollaborator(comes, "maintain");
  await sync(added.id);
  expect(await members(added.id)).toEqual({ [stays.id]: "user", [rises.id]: "admin", [comes.id]: "maintainer" });
  expect((await get("/v1/repositories/moves", token)).status).toBe(404);
  const [after] = await db.sql`SELECT id, updated_at FROM repository_members WHERE github_member_id = ${stays.id}`;
  expect(after).toEqual(before);
});

test("a repository that nobody collaborates on any more has no members", async () => {
  const { onGitHub, added } = await add({ name: "lonely" });
  const person = github.addUser({ login: "last-one" });
  onGitHub.setCollaborator(person, "admin");
  await sync(added.id);
  onGitHub.setCollaborator(person, null);
  await sync(added.id);
  expect(await members(added.id)).toEqual({});
});

const faults: [Fault, (query: URLSearchParams) => boolean][] = [
  [{ status: 500 }, (query) => query.get("page") === "2"],
  [{ status: 403 }, () => true],
];

test("a read that fails, wholly or from its second page on, changes nothing until GitHub answers again", async () => {
  await Promise.all(
    faults.map(async ([fault, onPage], index) => {
      const name = `fails-${index}`;
      const { onGitHub, added } = await add({ name });
      const person = github.addUser({ login: `before-${index}` });
      onGitHub.setCollaborator(person, "write");
      await startSync(added.id);
      await until(async () => Object.keys(await members(added.id)).length === 1);
      onGitHub.setCollaborator(person, "admin");
      for (let number = 0; number < 100; number += 1) {
        onGitHub.setCollaborator(github.addUser({ login: `after-${index}-${number}` }), "read");
      }
      const active = github.fail({
        ...fault,
        match: ({ path, query }) => path.endsWith(`/${onGitHub.id}/collaborators`) && onPage(query),
      });
      await startSync(added.id);
      await until(() => hasFailed(added.id));
      expect(await members(added.id)).toEqual({ [person.id]: "user" });
      active.clear();
      await untilTriedAgain(async () => Object.keys(await members(added.id)).length === 101);
      expect(await members(added.id)).toMatchObject({ [person.id]: "admin" });
    }),
  );
  await jobs.idle();
});

test("a repository GitHub hides keeps its members and is marked, until it answers again", async () => {
  const { onGitHub, added } = await add({ name: "hidden" });
  onGitHub.setCollaborator(github.addUser({ login: "keeper" }), "write");
  await sync(added.id);
  const before = await members(added.id);
  onGitHub.setAppAccess(false);
  await sync(added.id);
  const since = await unreachableSince(added.id);
  expect(since?.getTime()).toBeWithin(Date.now() - 20_000, Date.now() + 1000);
  await sync(added.id);
  expect(await unreachableSince(added.id)).toEqual(since);
  expect(await members(added.id)).toEqual(before);
  expect(await jobs.dead()).toEqual([]);
  onGitHub.setAppAccess(true);
  await sync(added.id);
  expect(await unreachableSince(added.id)).toBeNull();
});

test("syncs that run side by side leave one consistent list", async () => {
  const { onGitHub, added } = await add({ name: "parallel" });
  const people = Array.from({ length: 12 }, (_, index) => github.addUser({ login: `parallel-${index}` }));
  for (const [index, person] of people.entries()) {
    onGitHub.setCollaborator(person, "write");
    await startSync(added.id);
    if (index % 3 === 0) await Bun.sleep(5);
  }
  await jobs.idle();
  expect(Object.keys(await members(added.id))).toHaveLength(12);
});
