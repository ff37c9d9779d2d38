import { describe, expect, test } from "bun:test";
import { addRepository, json, serviceToken, signIn, userNamed } from "../../../testing/factories";
import { statementsOf } from "../../../testing/statements";
import { refusal, useAdminWorld } from "./world/admin-world";

const { github, server, db, jobs, root, ask } = await useAdminWorld();
const service = await serviceToken(server, root);
const path = "/v1/admin/repositories";

interface List {
  repositories: { id: number; name: string; accessible_by_count: number }[];
  paging: { page: number; total_pages: number };
}
const list = async (query = "") => await json<List>(await ask("GET", `${path}${query}`), 200);
const names = async (query = "") => (await list(query)).repositories.map(({ name }) => name);

/** Replaces all repositories by these. */
async function only(wanted: readonly string[]): Promise<void> {
  await db.sql`TRUNCATE repositories CASCADE`;
  await db.sql`
    INSERT INTO repositories (name, default_branch, github_id, token)
    SELECT name, 'main', 1000 + place, 'crt_' || place FROM unnest(${[...wanted]}::text[]) WITH ORDINALITY AS wanted (name, place)`;
}

test("there are none at first", async () => {
  expect(await list()).toEqual({ repositories: [], paging: { page: 1, total_pages: 0 } });
});

test("a repository shows what it takes, and how many people are its members", async () => {
  await only(["web", "api"]);
  await db.sql`
    UPDATE repositories SET description = 'Core API', cache_size = 10, commits_size = 5000000000, created_at = '2023-01-02T03:04:05.6Z',
           unreachable_since = '2023-02-03T04:05:06.7Z' WHERE name = 'api'`;
  await db.sql`
    INSERT INTO repository_members (repository_id, github_member_id, level)
    SELECT id, person, 'user' FROM repositories, unnest('{7, 8}'::int[]) AS person WHERE name = 'api'`;
  const common = { id: expect.any(Number), cache_size: 0, commits_size: 0, description: null, accessible_by_count: 0 };
  expect<unknown>(await list()).toEqual({
    repositories: [
      {
        ...common,
        name: "api",
        description: "Core API",
        cache_size: 10,
        commits_size: 5_000_000_000,
        accessible_by_count: 2,
        created_at: "2023-01-02T03:04:05Z",
        unreachable_since: "2023-02-03T04:05:06Z",
      },
      { ...common, name: "web", created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) },
    ],
    paging: { page: 1, total_pages: 1 },
  });
});

test("names sort in byte order of their lower-case form", async () => {
  await only(["b", "a_b", "a-b", "a.b", "A", "aB", "Z", "10"]);
  expect(await names()).toEqual(["10", "A", "a-b", "a.b", "a_b", "aB", "b", "Z"]);
});

test.each([
  ["AP", ["api", "Api-2", "api_3"]],
  ["api_", ["api_3"]],
  ["%", []],
  ["pi", []],
  ["\\", []],
  ["", ["api", "Api-2", "api_3", "web"]],
])("%j finds the names that start with it, in either case", async (search, found) => {
  await only(["api", "web", "Api-2", "api_3"]);
  expect(await names(`?search=${encodeURIComponent(search)}`)).toEqual(found);
});

test("five thousand of them come in pages without gap or overlap, with as many statements for a hundred as for one", async () => {
  const wanted = Array.from({ length: 5000 }, (_, n) => `r${String(n).padStart(4, "0")}`);
  await only(wanted);
  await db.sql`
    INSERT INTO repository_members (repository_id, github_member_id, level)
    SELECT id, person, 'user' FROM repositories, generate_series(1, 5) AS person`;
  const seen: string[] = [];
  for (let page = 1; page <= 50; page += 1) {
    const { repositories, paging } = await list(`?per_page=100&page=${page}`);
    seen.push(...repositories.map(({ name }) => name));
    expect(paging.total_pages).toBe(50);
    expect(repositories.every(({ accessible_by_count }) => accessible_by_count === 5)).toBe(true);
  }
  expect(seen).toEqual(wanted);
  expect(await list("?per_page=100&page=51")).toEqual({ repositories: [], paging: { page: 51, total_pages: 50 } });
  const one = await statementsOf(server, () => list("?per_page=1"));
  expect(await statementsOf(server, () => list("?per_page=100"))).toBe(one);
});

test("a deleted repository goes with everything, once, however often that is asked for", async () => {
  await only([]);
  await github.addRepository({ name: "shop", files: { a: "a" } });
  const { id } = await addRepository(server, service, "shop");
  await jobs.idle();
  const remove = () => ask("DELETE", `${path}/${id}`);
  const answers = await Promise.all([remove(), remove(), remove()]);
  for (const { status } of answers) expect([204, 404]).toContain(status);
  expect(answers.map(({ status }) => status)).toContain(204);
  await jobs.idle();
  expect(await names()).toEqual([]);
  expect([...(await db.sql`SELECT FROM commits`)]).toEqual([]);
  expect(await jobs.dead()).toEqual([]);
  expect(await refusal(await remove())).toEqual({ status: 404, code: "not_found" });
});

test("after a resync everybody's permissions are as GitHub says", async () => {
  await only([]);
  for (const name of ["one", "two"]) {
    const onGitHub = await github.addRepository({ name, files: {} });
    await addRepository(server, service, name);
    await jobs.idle();
    onGitHub.setCollaborator(userNamed(github, "ada"), "maintain");
  }
  const before = (await list()).repositories.map((one) => one.accessible_by_count);
  for (const type of ["application/json", "application/x-www-form-urlencoded", "text/nonsense"]) {
    const headers = { "content-type": type };
    expect((await server.request("POST", "/v1/admin/resync_permissions", { token: root, headers })).status).toBe(204);
  }
  await jobs.idle();
  const after = (await list()).repositories.map((one) => one.accessible_by_count);
  expect(after).toEqual(before.map((count) => count + 1));
});

describe.each([
  ["GET", path],
  ["DELETE", `${path}/999999`],
  ["DELETE", `${path}/x`],
  ["POST", "/v1/admin/resync_permissions"],
])("%s %s", (method, route) => {
  test("is for admins, which is judged before anything else", async () => {
    expect(await refusal(await server.request(method, route))).toEqual({ status: 401, code: "auth.no_authorization" });
    for (const token of [await signIn(server, github, "bob"), service])
      expect(await refusal(await ask(method, route, { token }))).toEqual({ status: 403, code: "auth.forbidden" });
  });
});

test.each(["0", "-1", "12abc", "1.0", "99999999999999999999", "%20", "1%00", "null"])(
  "%s is no repository's id",
  async (id) => {
    expect(await refusal(await ask("DELETE", `${path}/${id}`))).toEqual({ status: 404, code: "not_found" });
  },
);
