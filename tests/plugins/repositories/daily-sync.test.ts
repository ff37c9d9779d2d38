import { beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { syncDaily } from "../../../plugins/repositories/jobs/sync-daily";
import { updateAllPermissions } from "../../../plugins/repositories/jobs/update-all-permissions";
import { updateRepositoryPermissions } from "../../../plugins/repositories/jobs/update-permissions";
import { updateUserPermissions } from "../../../plugins/repositories/jobs/update-user-permissions";
import { levels } from "../../../plugins/repositories/level";
import { beginReading } from "../../../plugins/repositories/members/reading";
import { replaceMembers } from "../../../plugins/repositories/members/replace-members";
import { replaceMemberships } from "../../../plugins/repositories/members/replace-memberships";
import { signIn } from "../../../testing/factories";
import type { Repository, User } from "../../../testing/github";
import { statementsOf } from "../../../testing/statements";
import { useRepositoryWorld } from "./world/repository-world";

setDefaultTimeout(30_000);

const { github, server, db, jobs, add, members } = await useRepositoryWorld();
const many = { repositories: 1000, people: 400 };
const crowd = github.addTeam("crowd");

// One who signed in and sees everything; a repository that everybody sees; and the small counterparts of both.
const { onGitHub: first, added: busy } = await add({ name: "busy" });
const { onGitHub: second, added: quiet } = await add({ name: "quiet" });
const [seesAll, seesOne] = ["sees-all", "sees-one"].map((login) => github.addUser({ login }));
if (!seesAll || !seesOne) throw new Error("nobody");
second.setCollaborator(seesOne, "write");
for (const { login } of [seesAll, seesOne]) await signIn(server, github, login);
await jobs.idle();

const repositories: Repository[] = [second];
beforeAll(async () => {
  const people = Array.from({ length: many.people - 1 }, (_, n) => github.addUser({ login: `crowd-${n}` }));
  for (const person of [seesAll, ...people]) crowd.add(person);
  crowd.grant(first, "write");
  for (let n = 0; n < many.repositories - 2; n += 1) {
    const repository = await github.addRepository({ name: `repository-${n}`, sharing: first });
    repositories.push(repository);
  }
  for (const repository of repositories) repository.setCollaborator(seesAll, "maintain");
  await db.sql`
    INSERT INTO repositories (name, github_id, default_branch, token) SELECT name, id, 'main', 'crt_' || name
      FROM unnest(${repositories.map(({ name }) => name)}::text[], ${repositories.map(({ id }) => id)}::bigint[]) AS r (name, id)
    ON CONFLICT DO NOTHING`;
  await db.sql`
    INSERT INTO users (login, github_id) SELECT login, id
      FROM unnest(${people.map(({ login }) => login)}::text[], ${people.map(({ id }) => id)}::bigint[]) AS u (login, id)`;
});

/** Calls to GitHub that a sync makes. */
async function callsOf(act: () => Promise<void>): Promise<number> {
  const before = github.requests().length;
  await act();
  return github.requests().length - before;
}
async function syncRepository(repositoryId: number): Promise<void> {
  await db.transaction((tx) => jobs.enqueue(tx, updateRepositoryPermissions, { repositoryId }));
  await jobs.idle();
}
async function syncUser({ id }: User): Promise<void> {
  const [row] = await db.sql<{ id: number }[]>`SELECT id FROM users WHERE github_id = ${id}`;
  await db.transaction((tx) => jobs.enqueue(tx, updateUserPermissions, { userId: row?.id ?? 0 }));
  await jobs.idle();
}
const maintained = async ({ id }: User) =>
  (await db.sql`SELECT FROM repository_members WHERE github_member_id = ${id} AND level = 'maintainer'`).length;

test("a repository of 400 people takes a call for each page, and two that say which it is", async () => {
  expect(await callsOf(() => syncRepository(busy.id))).toBe(6);
  expect(Object.keys(await members(busy.id))).toHaveLength(many.people);
});

test("a person with 1,000 repositories takes a call for each page, and two that say who they are", async () => {
  expect(await callsOf(() => syncUser(seesAll))).toBe(12);
  expect(await maintained(seesAll)).toBe(many.repositories - 1);
});

test("somebody who loses hundreds of repositories at once takes one list more, of what the App sees", async () => {
  for (const repository of repositories) repository.setCollaborator(seesAll, null);
  expect(await callsOf(() => syncUser(seesAll))).toBe(13);
  expect(await maintained(seesAll)).toBe(0);
});

test("what is written goes in as sets: as many statements for 400 people and 1,000 repositories as for one", async () => {
  const of = (count: number) => ({
    repository: async () => {
      const { begun } = await beginReading(db);
      const level = levels[round++ % 2] ?? "user";
      const wanted = new Map(Array.from({ length: count }, (_, person) => [person, level] as const));
      await db.transaction((tx) => replaceMembers(tx, { repositoryId: busy.id, begun, levels: wanted }));
    },
    person: async () => {
      const { begun } = await beginReading(db);
      const level = levels[round++ % 2] ?? "user";
      const granted = repositories.slice(0, count).map(({ id }) => ({ githubId: id, level, open: false, more: true }));
      await db.transaction((tx) => replaceMemberships(tx, { person: seesAll.id, granted, hidden: [], begun }));
    },
  });
  let round = 0;
  expect(await statementsOf(server, of(many.people).repository)).toBe(await statementsOf(server, of(1).repository));
  expect(await statementsOf(server, of(many.repositories).person)).toBe(await statementsOf(server, of(1).person));
});

/** When the syncs that wait are due, in seconds from now. */
async function waiting({ name }: { name: string }): Promise<number[]> {
  const rows = await db.sql<{ seconds: number }[]>`
    SELECT extract(epoch FROM run_at - now())::float8 AS seconds FROM core_jobs WHERE name = ${name} ORDER BY run_at, id`;
  return rows.map(({ seconds }) => seconds);
}
/** Has a job enqueue syncs that don't start. */
async function enqueued(job: typeof syncDaily | typeof updateAllPermissions): Promise<void> {
  await db.transaction((tx) => jobs.enqueue(tx, job, {}));
  await jobs.idle();
}

describe("all together", () => {
  beforeAll(async () => {
    for (const { name } of [updateRepositoryPermissions, updateUserPermissions]) await jobs.pause(name);
  });
  beforeEach(async () => void (await db.sql`DELETE FROM core_jobs`));

  test("a day's syncs are spread over the day, those first that were read longest ago, and no one's is wanted twice", async () => {
    await db.sql`UPDATE repositories SET members_read_at = now() - interval '2 days', members_wanted_at = NULL`;
    await db.sql`UPDATE repositories SET members_read_at = now() - interval '3 days' WHERE id = ${quiet.id}`;
    await db.sql`UPDATE permission_reads SET read_at = now() - interval '2 days', wanted_at = NULL`;
    await enqueued(syncDaily);
    expect(await waiting(updateRepositoryPermissions)).toHaveLength(Math.ceil(many.repositories / 144));
    expect(await waiting(updateUserPermissions)).toHaveLength(Math.ceil((many.people + 2) / 144));
    expect(await db.sql`SELECT FROM core_jobs WHERE payload->>'repositoryId' = ${String(quiet.id)}`).toHaveLength(1);
    await enqueued(syncDaily);
    expect(await waiting(updateRepositoryPermissions)).toHaveLength(2 * Math.ceil(many.repositories / 144));
  });

  test("what was read within a day for another reason isn't wanted, nor what has left the organization", async () => {
    await db.sql`UPDATE repositories SET members_read_at = now() - interval '23 hours', members_wanted_at = NULL`;
    await db.sql`UPDATE repositories SET members_read_at = NULL, transferred_to = 'elsewhere' WHERE id = ${quiet.id}`;
    await enqueued(syncDaily);
    expect(await waiting(updateRepositoryPermissions)).toEqual([]);
    await db.sql`UPDATE repositories SET transferred_to = NULL WHERE id = ${quiet.id}`;
  });

  test("when all are wanted at once, they start a hundred a minute, and a second time adds nothing", async () => {
    for (let round = 0; round < 2; round += 1) {
      await enqueued(updateAllPermissions);
      const due = await waiting(updateRepositoryPermissions);
      expect(due).toHaveLength(many.repositories);
      expect(due.filter((seconds) => seconds <= 0)).toHaveLength(100);
      expect(Math.max(...due)).toBeWithin(500, 541);
    }
  });
});
