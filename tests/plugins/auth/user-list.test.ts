import { expect, test } from "bun:test";
import { json } from "../../../testing/factories";
import { usePeopleWorld } from "./world/people-world";

const { db, ask, statementsOf, adminToken } = await usePeopleWorld();

interface Listed {
  user: { id: number; login: string; avatar_url: string | null; admin: boolean };
  permissions?: { user: number; maintainer: number; admin: number };
}
interface List {
  users: Listed[];
  paging: { page: number; total_pages: number; next_page?: string };
}
const list = async (query = "") => await json<List>(await ask("GET", `/v1/admin/users${query}`), 200);
const logins = async (query = "") => (await list(query)).users.map(({ user }) => user.login);

/** The admin, who asks, and these. */
async function only(wanted: readonly string[]): Promise<void> {
  await db.sql`DELETE FROM users WHERE login <> 'admin'`;
  await db.sql`INSERT INTO users (login, github_id) SELECT login, 5000 + row_number() OVER () FROM unnest(${[...wanted]}::text[]) AS w (login)`;
}

test("a user comes with counts of their memberships by level, an admin without", async () => {
  await only(["bob", "cleo"]);
  await db.sql`UPDATE users SET avatar_url = 'https://avatars.example.org/cleo' WHERE login = 'cleo'`;
  await db.sql`
    INSERT INTO repositories (name, default_branch, github_id, token)
    SELECT 'r' || n, 'main', n, 'crt_' || n FROM generate_series(1, 4) AS n`;
  await db.sql`
    INSERT INTO repository_members (repository_id, github_member_id, level)
    SELECT r.id, u.github_id, (ARRAY['user', 'user', 'user', 'admin'])[r.github_id] FROM repositories r, users u WHERE u.login = 'bob'`;
  const id = expect.any(Number);
  expect<unknown>(await list()).toEqual({
    users: [
      { user: { id, login: "admin", avatar_url: expect.any(String), admin: true } },
      { user: { id, login: "bob", avatar_url: null, admin: false }, permissions: { user: 3, maintainer: 0, admin: 1 } },
      {
        user: { id, login: "cleo", avatar_url: "https://avatars.example.org/cleo", admin: false },
        permissions: { user: 0, maintainer: 0, admin: 0 },
      },
    ],
    paging: { page: 1, total_pages: 1 },
  });
  await db.sql`TRUNCATE repositories CASCADE`;
});

test("logins sort in byte order of their lower-case form", async () => {
  await only(["Zoe", "b-b", "bb", "b1", "B_c", "b~7", "aDa"]);
  expect(await logins()).toEqual(["aDa", "admin", "b-b", "b1", "B_c", "bb", "b~7", "Zoe"]);
});

test.each([
  ["b", ["b%b", "b_b", "bob", "Bo\\b"]],
  ["B", ["b%b", "b_b", "bob", "Bo\\b"]],
  ["BO", ["bob", "Bo\\b"]],
  ["b%", ["b%b"]],
  ["b_", ["b_b"]],
  ["bo\\", ["Bo\\b"]],
  ["\\", []],
  ["ob", []],
  ["'", []],
  ["🐛", []],
  ["b".repeat(100), []],
  ["", ["admin", "b%b", "b_b", "bob", "Bo\\b"]],
  [" ", ["admin", "b%b", "b_b", "bob", "Bo\\b"]],
])("%j finds the logins that start with it, in either case", async (search, found) => {
  await only(["bob", "b%b", "b_b", "Bo\\b"]);
  expect(await logins(`?search=${encodeURIComponent(search)}`)).toEqual(found.toSorted(byLowerCase));
});

const byLowerCase = (a: string, b: string) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1);

test("two thousand users come in pages without gap or overlap, with as many statements for a hundred of them as for one", async () => {
  const wanted = Array.from({ length: 2000 }, (_, n) => `u${String(n).padStart(4, "0")}`);
  await only(wanted);
  await db.sql`
    INSERT INTO repositories (name, default_branch, github_id, token)
    SELECT 'r' || n, 'main', n, 'crt_' || n FROM generate_series(1, 20) AS n`;
  await db.sql`
    INSERT INTO repository_members (repository_id, github_member_id, level)
    SELECT r.id, u.github_id, 'maintainer' FROM repositories r, users u`;
  const seen: string[] = [];
  for (let page = 1; page <= 21; page += 1) {
    const { users, paging } = await list(`?per_page=100&page=${page}`);
    seen.push(...users.map(({ user }) => user.login));
    expect([paging.total_pages, paging.next_page !== undefined]).toEqual([21, page < 21]);
    for (const { user, permissions } of users)
      expect(permissions).toEqual(user.admin ? undefined : { user: 0, maintainer: 20, admin: 0 });
  }
  expect(seen).toEqual(["admin", ...wanted]);
  expect(await list("?per_page=100&page=22&search=u")).toEqual({ users: [], paging: { page: 22, total_pages: 20 } });
  const one = await statementsOf(() => list("?per_page=1&page=2"));
  expect(await statementsOf(() => list("?per_page=100&page=2"))).toBe(one);
  expect(one).toBeLessThanOrEqual(4);
});

test("what can't be stored can't be searched for", async () => {
  const answer = await ask("GET", "/v1/admin/users?search=%00", { token: adminToken });
  expect([answer.status, (await json<{ code: string }>(answer, 400)).code]).toEqual([400, "request.malformed"]);
});
