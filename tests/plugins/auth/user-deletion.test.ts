import { expect, test } from "bun:test";
import { json } from "../../../testing/factories";
import { outcome, usePeopleWorld } from "./world/people-world";

const world = await usePeopleWorld();
const { db, ask, person, adminPerson, actsOf, memberships } = world;

const remove = (id: number | string, token?: string) => ask("DELETE", `/v1/admin/users/${id}`, token ? { token } : {});
const idOf = async (login: string) => (await db.sql<{ id: number }[]>`SELECT id FROM users WHERE login = ${login}`)[0]?.id ?? 0;
const rows = async (query: PromiseLike<Iterable<unknown>>) => [...(await query)];

interface Tokens {
  tokens: { description: string; created_by: string }[];
}
const owners = async () => {
  const { tokens } = await json<Tokens>(await ask("GET", "/v1/admin/service_tokens"), 200);
  return Object.fromEntries(tokens.map(({ description, created_by }) => [description, created_by]));
};
const makeServiceToken = (token: string, description: string) =>
  ask("POST", "/v1/admin/service_tokens", { token, body: { description } });

const { onGitHub } = await world.createRepository({ name: "shop", collaborators: { ada: "maintain" } });

test("with a user go tokens, addresses and memberships; what others need stays", async () => {
  const session = await world.signIn("ada");
  await world.idle();
  const id = await idOf("ada");
  await db.sql`UPDATE users SET admin = true WHERE id = ${id}`;
  const { token_value } = await json<{ token_value: string }>(await makeServiceToken(session, "Ada's worker"), 201);
  const { sha } = await world.push(onGitHub, { author: { name: "Ada", email: "ada@example.org" } });
  const author = () =>
    rows(db.sql`SELECT u.login, c.author_name FROM commits c LEFT JOIN users u ON u.id = c.user_id WHERE sha = ${sha}`);
  expect<unknown>(await author()).toEqual([{ login: "ada", author_name: "Ada" }]);
  expect(await memberships("ada")).toEqual({ shop: "maintainer" });

  expect((await remove(id)).status).toBe(204);

  const refused = { status: 401, code: "auth.invalid_token" };
  expect(await outcome(await ask("GET", "/v1/repositories", { token: session }))).toEqual(refused);
  expect(await memberships("ada")).toEqual({});
  expect(await rows(db.sql`SELECT FROM user_emails WHERE email = 'ada@example.org'`)).toEqual([]);
  expect<unknown>(await author()).toEqual([{ login: null, author_name: "Ada" }]);
  expect(await owners()).toMatchObject({ "Ada's worker": "admin" });
  expect((await ask("GET", "/v1/repositories/shop", { token: token_value })).status).toBe(200);
  expect(await outcome(await remove(id))).toEqual({ status: 404, code: "not_found" });
});

test("what a plugin keeps for a user passes to who deletes them, and to nobody when they can't be deleted", async () => {
  const [{ id }, heir] = [await person(), await adminPerson()];
  await db.sql`INSERT INTO keepsakes VALUES ('ring', ${id})`;
  await db.sql`CREATE TABLE left_behind (owner_id bigint NOT NULL REFERENCES users (id))`;
  await db.sql`INSERT INTO left_behind VALUES (${id})`;
  // Nobody passes that on, as when the plugin that would is off.
  expect(await outcome(await remove(id, heir.token))).toEqual({ status: 409, code: "admin.user_owns_more" });
  expect<unknown>(await rows(db.sql`SELECT * FROM keepsakes`)).toEqual([{ name: "ring", owner_id: id }]);
  await db.sql`DROP TABLE left_behind`;
  expect((await remove(id, heir.token)).status).toBe(204);
  expect<unknown>(await rows(db.sql`SELECT * FROM keepsakes`)).toEqual([{ name: "ring", owner_id: heir.id }]);
  expect((await remove(heir.id)).status).toBe(204);
});

test("somebody who was deleted may sign in again, and is a new user with what GitHub grants", async () => {
  const before = await world.signIn("ada");
  await db.sql`UPDATE users SET admin = true WHERE login = 'ada'`;
  await remove(await idOf("ada"));
  const after = await world.signIn("ada");
  await world.idle();
  expect((await ask("GET", "/v1/repositories/shop", { token: before })).status).toBe(401);
  expect((await ask("GET", "/v1/repositories/shop", { token: after })).status).toBe(200);
  expect((await ask("GET", "/v1/admin/users", { token: after })).status).toBe(403);
  expect(await memberships("ada")).toEqual({ shop: "maintainer" });
});

test("issues that a user ignored, or a rule of theirs, stay ignored by a ghost", async () => {
  const { id } = await person("ignorant");
  const { sha } = await world.push(onGitHub);
  await db.sql`
    INSERT INTO issue_ignore_rules (repository_id, user_id, uid, check_source, kind, file, line_start, line_end, message)
    SELECT id, ${id}, 'ruled', 's', 'bug', 'README.md', 1, 1, 'm' FROM repositories`;
  await db.sql`
    INSERT INTO issues (commit_id, uid, kind, file, line_start, line_end, message, check_source, ignored_at, ignore_source, ignore_user_id, ignore_rule_id)
    SELECT c.id, 'mine', 'bug', 'README.md', 1, 1, 'm', 's', now(), 'user', ${id}::bigint, NULL FROM commits c WHERE sha = ${sha}
     UNION ALL
    SELECT c.id, 'ruled', 'bug', 'README.md', 1, 1, 'm', 's', now(), 'rule', NULL, r.id FROM commits c, issue_ignore_rules r WHERE sha = ${sha}`;
  const ignoredBy = async () => {
    const path = `/v1/repositories/shop/commits/${sha}/issues?state=ignored`;
    const { issues } = await json<{ issues: { ignored: { ignored_by: unknown } }[] }>(await ask("GET", path), 200);
    return issues.map(({ ignored }) => ignored.ignored_by);
  };
  expect(await ignoredBy()).toEqual(Array(2).fill({ name: "ignorant", avatar: null }));
  expect((await remove(id)).status).toBe(204);
  expect(await ignoredBy()).toEqual(Array(2).fill({ name: "ghost", avatar: null }));
});

test("nobody deletes themselves, not even the last admin", async () => {
  const refused = { status: 400, code: "admin.cannot_delete_self" };
  expect(await outcome(await remove(await idOf("admin")))).toEqual(refused);
  const { id, token } = await adminPerson();
  expect(await outcome(await remove(id, token))).toEqual(refused);
  expect((await remove(id)).status).toBe(204);
});

test("a deletion is told with the login of who is gone, a refused one isn't", async () => {
  const { id } = await person("told");
  expect(await actsOf(() => remove(id))).toEqual([
    { who: "user:admin", action: "user.deleted", subject: { type: "user", id, name: "told" } },
  ]);
  expect(await actsOf(async () => [await remove(id), await remove(await idOf("admin"))])).toEqual([]);
});

test("somebody whose token comes too late makes nothing and deletes nobody, whatever they do at that moment", async () => {
  for (let round = 0; round < 10; round += 1) {
    const [leaver, other] = [await adminPerson(), await person()];
    const [removed, made, deleted] = await Promise.all([
      remove(leaver.id),
      makeServiceToken(leaver.token, `late-${round}`),
      remove(other.id, leaver.token),
    ]);
    expect(removed.status).toBe(204);
    expect([201, 401, 403]).toContain(made.status);
    expect([204, 401, 403]).toContain(deleted.status);
    expect(await owners()).toEqual(
      expect.objectContaining(made.status === 201 ? { [`late-${round}`]: "admin" } : { "Ada's worker": "admin" }),
    );
    expect((await idOf(other.login)) === 0).toBe(deleted.status === 204);
  }
});

test("somebody deleted while they sign in is gone, or there anew, and never half", async () => {
  for (let round = 0; round < 5; round += 1) {
    const login = `returning-${round}`;
    await world.signIn(login);
    const id = await idOf(login);
    const [session, removed] = await Promise.all([world.signIn(login), remove(id)]);
    await world.idle();
    expect(removed.status).toBe(204);
    const there = (await idOf(login)) !== 0;
    expect((await ask("GET", "/v1/repositories", { token: session })).status).toBe(there ? 200 : 401);
    expect(await rows(db.sql`SELECT FROM user_emails WHERE email = ${`${login}@example.org`}`)).toHaveLength(there ? 1 : 0);
  }
});

test("two who delete the same person delete them once", async () => {
  const other = await adminPerson();
  for (let round = 0; round < 5; round += 1) {
    const { id } = await person();
    const answers = await Promise.all([remove(id), remove(id, other.token)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 404]);
  }
  expect((await remove(other.id)).status).toBe(204);
});
