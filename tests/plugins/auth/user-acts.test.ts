import { describe, expect, test } from "bun:test";
import { json } from "../../../testing/factories";
import { outcome, usePeopleWorld } from "./world/people-world";

const world = await usePeopleWorld();
const { db, ask, person, actsOf, memberships, github } = world;

const onUser = (id: number | string, act: string) => ask("POST", `/v1/admin/users/${id}/${act}`);
const bob = await person("bob");

describe.each(["sync_perms", "sync"])("%s", (name) => {
  test("has a user's permissions read from GitHub again, in the background", async () => {
    const login = `reader-of-${name.replace("_", "-")}`;
    const { onGitHub } = await world.createRepository({ name: login, files: {} });
    await world.signIn(login);
    await world.idle();
    onGitHub.setCollaborator(github.user(login), "admin");
    expect(await memberships(login)).toEqual({});
    const [row] = await db.sql<{ id: number }[]>`SELECT id FROM users WHERE login = ${login}`;
    expect((await onUser(row?.id ?? 0, name)).status).toBe(204);
    await world.idle();
    expect(await memberships(login)).toEqual({ [login]: "admin" });
  });

  test("asked for many times before it begins is one job", async () => {
    await world.jobs.pause("repositories.update_user_permissions");
    await Promise.all(Array.from({ length: 8 }, () => onUser(bob.id, name)));
    const waiting = await db.sql`SELECT FROM core_jobs WHERE name = 'repositories.update_user_permissions'`;
    expect(waiting.count).toBe(1);
    await world.jobs.resume("repositories.update_user_permissions");
    await world.idle();
  });
});

test("logging out ends every session of a user and no personal token", async () => {
  const { id, token } = await person("ada");
  const other = await world.signIn("cleo");
  const made = await ask("POST", "/v1/personal_tokens", { token, body: { description: "mine" } });
  const { token_value: personal } = await json<{ token_value: string }>(made, 201);
  expect(await actsOf(() => onUser(id, "logout"))).toEqual([
    { who: "user:admin", action: "session.revoked", subject: { type: "session", id: null, name: "ada" } },
  ]);
  const reads = async (credential: string) => (await ask("GET", "/v1/repositories", { token: credential })).status;
  expect([await reads(token), await reads(personal), await reads(other)]).toEqual([401, 200, 200]);
  expect(await actsOf(() => onUser(id, "logout"))).toEqual([]);
});

test("an admin may log themselves out", async () => {
  const session = await world.signIn("cleo");
  await db.sql`UPDATE users SET admin = true WHERE login = 'cleo'`;
  const [cleo] = await db.sql<{ id: number }[]>`SELECT id FROM users WHERE login = 'cleo'`;
  expect((await ask("POST", `/v1/admin/users/${cleo?.id}/logout`, { token: session })).status).toBe(204);
  expect((await ask("POST", `/v1/admin/users/${cleo?.id}/logout`, { token: session })).status).toBe(401);
});

const routes = [
  ["GET", ""],
  ["PATCH", "/:id/membership"],
  ["POST", "/:id/sync_perms"],
  ["POST", "/:id/sync"],
  ["POST", "/:id/logout"],
  ["DELETE", "/:id"],
] as const;

describe.each(routes)("%s /v1/admin/users%s", (method, path) => {
  const send = (id: string | number, token?: string) =>
    world.request(method, `/v1/admin/users${path.replace(":id", String(id))}`, {
      ...(token ? { token } : {}),
      ...(method === "PATCH" ? { body: { role: "owner" } } : {}),
    });

  test("tells whoever isn't known or isn't an admin that before anything else", async () => {
    const member = (await person()).token;
    const service = await world.serviceToken();
    for (const id of [bob.id, 999_999, "x"]) {
      expect(await outcome(await send(id))).toEqual({ status: 401, code: "auth.no_authorization" });
      expect(await outcome(await send(id, "coa_unknown"))).toEqual({ status: 401, code: "auth.invalid_token" });
      expect(await outcome(await send(id, member))).toEqual({ status: 403, code: "auth.forbidden" });
      expect(await outcome(await send(id, service))).toEqual({ status: 403, code: "auth.forbidden" });
    }
  });
});

describe.each(routes.slice(1))("%s /v1/admin/users%s", (method, path) => {
  test("knows nobody by an id that isn't one", async () => {
    const role = method === "PATCH" ? { body: { role: "admin" } } : {};
    for (const id of ["0", "999999", "-1", "12abc", "1.0", "0x1", "99999999999999999999", "%20", "1%00", "null"])
      expect(await outcome(await ask(method, `/v1/admin/users${path.replace(":id", id)}`, role))).toEqual({
        status: 404,
        code: "not_found",
      });
  });
});
