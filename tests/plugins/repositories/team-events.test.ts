import { expect, test } from "bun:test";
import { updateAllPermissions } from "../../../plugins/repositories/jobs/update-all-permissions";
import { useRepositoryWorld } from "./world/repository-world";

const { github, db, jobs, add, members } = await useRepositoryWorld();

/** Repositories with a collaborator each, who then loses access on GitHub. */
async function withdrawn(count: number, prefix: string) {
  const repositories = [];
  for (let index = 0; index < count; index += 1) {
    const name = `${prefix}-${index}`;
    const { onGitHub, added } = await add({ name });
    const person = github.addUser({ login: `member-of-${name}` });
    onGitHub.setCollaborator(person, "write");
    await github.deliver("public", github.payloads.public(onGitHub));
    await jobs.idle();
    expect(await members(added.id)).toEqual({ [person.id]: "user" });
    onGitHub.setCollaborator(person, null);
    repositories.push({ onGitHub, id: added.id });
  }
  return repositories;
}

async function deliver(payload: object): Promise<void> {
  expect((await github.deliver("team", payload)).status).toBe(200);
  await jobs.idle();
}

const left = async (repositories: readonly { id: number }[]) => {
  const counts = await Promise.all(repositories.map(async ({ id }) => Object.keys(await members(id)).length));
  return counts.reduce((sum, count) => sum + count, 0);
};

test.each(["added_to_repository", "removed_from_repository", "edited"])(
  "a team's %s has the members of its repository synced, and of no other",
  async (action) => {
    const repositories = await withdrawn(2, action);
    const [first] = repositories;
    await deliver(github.payloads.team(action, first?.onGitHub));
    expect(await members(first?.id ?? 0)).toEqual({});
    expect(await left(repositories)).toBe(1);
  },
);

test.each(["deleted", "edited", "removed_from_repository"])(
  "a team's %s that names no repository has the members of all synced",
  async (action) => {
    const repositories = await withdrawn(2, `all-${action}`);
    await deliver(github.payloads.team(action));
    expect(await left(repositories)).toBe(0);
  },
);

test("a team's deletion concerns all repositories even if it names one", async () => {
  const repositories = await withdrawn(2, "named-deletion");
  await deliver(github.payloads.team("deleted", repositories[0]?.onGitHub));
  expect(await left(repositories)).toBe(0);
});

test("a new team changes nothing for anybody", async () => {
  const repositories = await withdrawn(1, "created");
  await deliver(github.payloads.team("created"));
  expect(await left(repositories)).toBe(1);
});

test("syncs of all repositories collapse while one is pending", async () => {
  await db.transaction(async (tx) => {
    for (let round = 0; round < 5; round += 1) await jobs.enqueue(tx, updateAllPermissions, {}, { delaySeconds: 3600 });
  });
  expect(await db.sql`SELECT FROM core_jobs WHERE name = 'repositories.update_all_permissions'`).toHaveLength(1);
  await db.sql`DELETE FROM core_jobs`;
});
