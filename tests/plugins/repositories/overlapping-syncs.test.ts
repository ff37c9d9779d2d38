import { expect, setDefaultTimeout, test } from "bun:test";
import { updateRepositoryPermissions } from "../../../plugins/repositories/jobs/update-permissions";
import { updateUserPermissions } from "../../../plugins/repositories/jobs/update-user-permissions";
import { signIn } from "../../../testing/factories";
import type { User } from "../../../testing/github";
import { useRepositoryWorld } from "./world/repository-world";

setDefaultTimeout(20_000);

const { github, server, db, jobs, add, get, members, until } = await useRepositoryWorld();

/** Somebody who sees a repository as a member of a team. */
async function teamWork(name: string) {
  const { onGitHub, added } = await add({ name });
  const user = github.addUser({ login: `member-of-${name}` });
  const team = github.addTeam(`team-of-${name}`);
  team.add(user);
  team.grant(onGitHub, "write");
  const token = await signIn(server, github, user.login);
  await jobs.idle();
  const sees = async () => (await get(`/v1/repositories/${name}`, token)).status === 200;
  expect(await sees()).toBe(true);
  return { onGitHub, added, user, team, sees };
}

/** Lets a sync read what is true now, and has the answer arrive when `release` is called. */
async function readingHeldUp(path: RegExp, start: () => Promise<void>) {
  const { promise, resolve: release } = Promise.withResolvers<void>();
  const fault = github.fail({ match: path, times: 1, heldUntil: promise });
  await start();
  await until(async () => fault.hits() === 1);
  return release;
}

const repositorySync = (repositoryId: number) => () =>
  db.transaction((tx) => jobs.enqueue(tx, updateRepositoryPermissions, { repositoryId }));
const userSync =
  ({ id }: User) =>
  async () => {
    const [row] = await db.sql<{ id: number }[]>`SELECT id FROM users WHERE github_id = ${id}`;
    await db.transaction((tx) => jobs.enqueue(tx, updateUserPermissions, { userId: row?.id ?? 0 }));
  };

test("what was read of a repository before somebody left a team isn't written after that", async () => {
  const { onGitHub, added, user, team, sees } = await teamWork("early-repository");
  const release = await readingHeldUp(new RegExp(`/${onGitHub.id}/collaborators$`), repositorySync(added.id));
  team.remove(user);
  await github.deliver("membership", github.payloads.membership(user, "removed", team));
  await until(async () => !(await sees()));
  release();
  await jobs.idle();
  expect(await members(added.id)).toEqual({});
});

test("what was read of a person before a team lost a repository isn't written after that", async () => {
  const { onGitHub, added, user, team, sees } = await teamWork("early-person");
  const release = await readingHeldUp(/\/orgs\/acme\/repos$/, userSync(user));
  team.grant(onGitHub, null);
  await github.deliver("team", github.payloads.team("removed_from_repository", onGitHub, team));
  await until(async () => !(await sees()));
  release();
  await jobs.idle();
  expect(await members(added.id)).toEqual({});
});

test.each([
  ["a repository's", /\/collaborators$/, "repository"],
  ["their own", /\/orgs\/acme\/repos$/, "person"],
] as const)("somebody who leaves the organization during %s sync gets nothing back by it", async (_whose, path, which) => {
  const { added, user } = await teamWork(`leaving-${which}`);
  const release = await readingHeldUp(path, which === "repository" ? repositorySync(added.id) : userSync(user));
  const payload = github.payloads.organization(user, "member_removed");
  github.removeMember(user);
  await github.deliver("organization", payload);
  await until(async () => Object.keys(await members(added.id)).length === 0);
  release();
  await jobs.idle();
  expect(await members(added.id)).toEqual({});
});

test("what is read of a repository and of a person side by side ends as GitHub says, in either order", async () => {
  const { onGitHub, added, user, team } = await teamWork("both");
  for (const [permission, level] of [
    ["admin", "admin"],
    ["maintain", "maintainer"],
    ["read", "user"],
  ] as const) {
    team.grant(onGitHub, permission);
    await Promise.all([repositorySync(added.id)(), userSync(user)(), repositorySync(added.id)()]);
    await jobs.idle();
    expect(await members(added.id)).toEqual({ [user.id]: level });
  }
});
