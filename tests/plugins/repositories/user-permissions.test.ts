import { expect, test } from "bun:test";
import { updateUserPermissions } from "../../../plugins/repositories/jobs/update-user-permissions";
import { signIn } from "../../../testing/factories";
import type { User } from "../../../testing/github";
import { useRepositoryWorld } from "./world/repository-world";

const { github, server, db, jobs, add, get, until, idleAfterFailures } = await useRepositoryWorld();
const hidden = await add({ name: "hidden", private: true });
const open = await add({ name: "open", private: false });
await jobs.idle();

/** @returns the levels of a person by repository */
async function levels({ id }: User): Promise<Record<string, string>> {
  const rows = await db.sql<{ name: string; level: string }[]>`
    SELECT r.name::text, m.level FROM repository_members m JOIN repositories r ON r.id = m.repository_id
     WHERE m.github_member_id = ${id} ORDER BY 1`;
  return Object.fromEntries(rows.map(({ name, level }) => [name, level]));
}

async function sync({ id }: User): Promise<void> {
  const [row] = await db.sql<{ id: number }[]>`SELECT id FROM users WHERE github_id = ${id}`;
  await db.transaction((tx) => jobs.enqueue(tx, updateUserPermissions, { userId: row?.id ?? 0 }));
}

async function signedIn(login: string): Promise<{ user: User; token: string }> {
  const user = github.addUser({ login });
  const token = await signIn(server, github, login);
  await jobs.idle();
  return { user, token };
}

test("signing in brings the repositories that GitHub lets one see, at the level it grants", async () => {
  const ada = github.addUser({ login: "ada" });
  hidden.onGitHub.setCollaborator(ada, "maintain");
  open.onGitHub.setCollaborator(ada, "triage");
  await signIn(server, github, "ada");
  await jobs.idle();
  expect(await levels(ada)).toEqual({ hidden: "maintainer", open: "user" });
});

test("a public repository that one may only read, as everybody may, doesn't count", async () => {
  const { user } = await signedIn("reader");
  expect(await levels(user)).toEqual({});
});

test("a membership of a public repository that its own sync made is left alone, unless it grants too much", async () => {
  const { user } = await signedIn("keeper");
  await db.sql`INSERT INTO repository_members (repository_id, github_member_id, level) VALUES (${open.added.id}, ${user.id}, 'user')`;
  await sync(user);
  await jobs.idle();
  expect(await levels(user)).toEqual({ open: "user" });
  await db.sql`UPDATE repository_members SET level = 'admin' WHERE github_member_id = ${user.id}`;
  await sync(user);
  await jobs.idle();
  expect(await levels(user)).toEqual({});
});

test.each(["member", "membership", "organization"] as const)("%s has the person's memberships synced", async (event) => {
  const { user } = await signedIn(`synced-by-${event}`);
  hidden.onGitHub.setCollaborator(user, "admin");
  const payloads = {
    member: github.payloads.member(hidden.onGitHub, user, "added"),
    membership: github.payloads.membership(user, "added"),
    organization: github.payloads.organization(user, "member_added"),
  };
  await github.deliver(event, payloads[event]);
  await jobs.idle();
  expect(await levels(user)).toEqual({ hidden: "admin" });
  hidden.onGitHub.setCollaborator(user, null);
  await github.deliver("membership", github.payloads.membership(user, "removed"));
  await jobs.idle();
  expect(await levels(user)).toEqual({});
});

test("a grant that GitHub refuses is forgotten, while sessions and memberships stay", async () => {
  const { user, token } = await signedIn("revoker");
  hidden.onGitHub.setCollaborator(user, "write");
  await sync(user);
  await jobs.idle();
  github.revokeTokens(user);
  await sync(user);
  await jobs.idle();
  expect((await get("/v1/repositories/hidden", token)).status).toBe(200);
  expect([...(await db.sql`SELECT github_token AS token FROM users WHERE github_id = ${user.id}`)]).toEqual([{ token: null }]);
});

test("who turns out to have left the organization loses sessions and memberships", async () => {
  const { user, token } = await signedIn("leaver");
  hidden.onGitHub.setCollaborator(user, "write");
  await sync(user);
  await jobs.idle();
  github.removeMember(user);
  await sync(user);
  await jobs.idle();
  expect((await get("/v1/repositories/hidden", token)).status).toBe(401);
  expect(await levels(user)).toEqual({});
});

test("who only changed their login stays", async () => {
  const { user, token } = await signedIn("maiden-name");
  github.updateUser(user, { login: "married-name" });
  await sync(user);
  await jobs.idle();
  expect((await get("/v1/repositories", token)).status).toBe(200);
});

test("while GitHub is out of reach nothing changes", async () => {
  const { user, token } = await signedIn("patient");
  hidden.onGitHub.setCollaborator(user, "write");
  await sync(user);
  await jobs.idle();
  hidden.onGitHub.setCollaborator(user, null);
  await github.down();
  try {
    await sync(user);
    await until(
      async () =>
        (await db.sql`SELECT 1 FROM core_jobs WHERE name = 'repositories.update_user_permissions' AND failed_at IS NOT NULL`)
          .length > 0,
    );
    expect(await levels(user)).toEqual({ hidden: "user" });
    expect((await get("/v1/repositories/hidden", token)).status).toBe(200);
  } finally {
    await github.up();
  }
  await idleAfterFailures();
  expect(await levels(user)).toEqual({});
});

test("who is removed from the organization loses everything with the event itself, without a sync", async () => {
  const { user, token } = await signedIn("fired");
  hidden.onGitHub.setCollaborator(user, "admin");
  await sync(user);
  await jobs.idle();
  const payload = github.payloads.organization(user, "member_removed");
  github.removeMember(user);
  const asked = github.requests().length;
  await github.deliver("organization", payload);
  await jobs.idle();
  expect(github.requests()).toHaveLength(asked);
  expect((await get("/v1/repositories", token)).status).toBe(401);
  expect(await levels(user)).toEqual({});
  expect(await db.sql`SELECT 1 FROM users WHERE github_id = ${user.id}`).toHaveLength(1);
});

test("admins who leave aren't admins any more, but for the last one", async () => {
  const root = github.user("root");
  const { user } = await signedIn("second-admin");
  await db.sql`UPDATE users SET admin = true WHERE github_id = ${user.id}`;
  const leave = (who: User) => github.deliver("organization", github.payloads.organization(who, "member_removed"));
  await Promise.all([leave(root), leave(user)]);
  await jobs.idle();
  expect(await db.sql`SELECT 1 FROM users WHERE admin`).toHaveLength(1);
  expect(
    await db.sql`SELECT 1 FROM user_tokens t JOIN users u ON u.id = t.user_id WHERE u.github_id = ANY(${[root.id, user.id]}::bigint[])`,
  ).toHaveLength(0);
});
