import { expect, test } from "bun:test";
import { outcome, usePeopleWorld } from "./world/people-world";

const world = await usePeopleWorld();
const { db, ask, person, adminPerson, isAdmin, actsOf, github, adminToken } = world;

const bob = await person("bob");
const setRole = (id: number | string, role: unknown, token?: string) =>
  ask("PATCH", `/v1/admin/users/${id}/membership`, { body: { role }, ...(token ? { token } : {}) });

test("a user becomes an admin with the next request, and a user again", async () => {
  const list = () => ask("GET", "/v1/admin/users", { token: bob.token });
  expect(await outcome(await list())).toEqual({ status: 403, code: "auth.forbidden" });
  expect((await setRole(bob.id, "admin")).status).toBe(204);
  expect((await list()).status).toBe(200);
  expect((await setRole(bob.id, "user")).status).toBe(204);
  expect(await outcome(await list())).toEqual({ status: 403, code: "auth.forbidden" });
});

test("a change of role is told, the role that somebody has already isn't", async () => {
  const told = { who: "user:admin", action: "user.role_changed", subject: { type: "user", id: bob.id, name: "bob" } };
  expect(await actsOf(() => setRole(bob.id, "admin"))).toEqual([told]);
  expect(await actsOf(() => setRole(bob.id, "admin"))).toEqual([]);
  expect(await actsOf(() => setRole(bob.id, "user"))).toEqual([told]);
  expect(await actsOf(() => setRole(bob.id, "user"))).toEqual([]);
});

test.each([[undefined], [null], [""], ["Admin"], ["maintainer"], [["admin"]], [{ role: "admin" }], [true], [1]])(
  "%p is no role, whether there is such a user or not",
  async (role) => {
    for (const id of [bob.id, 999_999])
      expect(await outcome(await setRole(id, role))).toEqual({ status: 400, code: "admin.unknown_role" });
  },
);

test("the last admin stays one, and may be told again that they are", async () => {
  const [admin] = await db.sql<{ id: number }[]>`SELECT id FROM users WHERE login = 'admin'`;
  const id = admin?.id ?? 0;
  expect(await outcome(await setRole(id, "user"))).toEqual({ status: 400, code: "admin.cannot_demote_last_admin" });
  expect((await setRole(id, "admin")).status).toBe(204);
  const { token } = await adminPerson();
  expect((await setRole(id, "user")).status).toBe(204);
  expect(await outcome(await setRole(id, "admin"))).toEqual({ status: 403, code: "auth.forbidden" });
  expect((await setRole(id, "admin", token)).status).toBe(204);
});

/** What an admin may do that takes one away; the second parameter is whom they do it to. */
const acts: Record<string, (token: string, id: number, login: string) => Promise<Response>> = {
  demotes: (token, id) => setRole(id, "user", token),
  deletes: (token, id) => ask("DELETE", `/v1/admin/users/${id}`, { token }),
  "sees that GitHub tells of the leaving of": (_token, _id, login) =>
    github.deliver("organization", github.payloads.organization(github.user(login), "member_removed"), {
      to: `${world.url}/v1/github/events`,
    }),
};
const pairs = Object.keys(acts).flatMap((first, at) =>
  Object.keys(acts)
    .slice(at)
    .map((second) => [first, second] as const),
);

test.each(pairs.slice(0, -1))(
  "one %s the other who at the same moment %s them: an admin is left, each time",
  async (first, second) => {
    await db.sql`UPDATE users SET admin = false`;
    for (let round = 0; round < 12; round += 1) {
      const [ada, eve] = [await adminPerson(), await adminPerson()];
      const answers = await Promise.all([
        acts[first]?.(ada.token, eve.id, eve.login),
        acts[second]?.(eve.token, ada.id, ada.login),
      ]);
      if (second.startsWith("sees")) await world.idle();
      const left = [await isAdmin(ada.id), await isAdmin(eve.id)];
      expect(left.filter(Boolean)).toHaveLength(1);
      for (const answer of answers) expect([200, 204, 400, 401, 403]).toContain(answer?.status ?? 0);
      await db.sql`UPDATE users SET admin = false`;
    }
    await db.sql`UPDATE users SET admin = true WHERE login = 'admin'`;
  },
);

test("two of three admins who demote each other don't both succeed, and a demoted one promotes nobody", async () => {
  const [ada, eve] = [await adminPerson(), await adminPerson()];
  for (let round = 0; round < 12; round += 1) {
    await db.sql`UPDATE users SET admin = true WHERE id IN ${db.sql([ada.id, eve.id])}`;
    await db.sql`UPDATE users SET admin = false WHERE id = ${bob.id}`;
    const answers = await Promise.all([
      setRole(eve.id, "user", ada.token),
      setRole(ada.id, "user", eve.token),
      setRole(bob.id, "admin", eve.token),
    ]);
    const statuses = answers.map(({ status }) => status);
    expect(statuses.slice(0, 2).toSorted()).toEqual([204, 403]);
    expect(await isAdmin(bob.id)).toBe(statuses[2] === 204);
  }
  expect((await setRole(bob.id, "user", adminToken)).status).toBe(204);
});

test("admins who all step down at once leave one of them", async () => {
  await db.sql`UPDATE users SET admin = false`;
  const people = await Promise.all([1, 2, 3, 4].map(() => adminPerson()));
  for (let round = 0; round < 8; round += 1) {
    await db.sql`UPDATE users SET admin = true WHERE id = ANY(${people.map(({ id }) => id)})`;
    const answers = await Promise.all(people.map(async ({ id, token }) => await outcome(await setRole(id, "user", token))));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(3);
    expect(answers).toContainEqual({ status: 400, code: "admin.cannot_demote_last_admin" });
  }
  await db.sql`UPDATE users SET admin = (login = 'admin')`;
});
