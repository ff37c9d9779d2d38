import { expect, test } from "bun:test";
import { json, serviceToken, signIn } from "../../../testing/factories";
import { refusal, useRepositoryWorld } from "./world/repository-world";

const { github, server, db, admin, service, get } = await useRepositoryWorld();
const member = await signIn(server, github, "member");
const nobody = await signIn(server, github, "nobody");

interface List {
  repositories: { id: number; name: string; description: string | null; token: string; default_branch: string }[];
  paging: { page: number; total_pages: number; prev_page?: string; next_page?: string };
}
const list = async (query = "", token = service) => await json<List>(await get(`/v1/repositories${query}`, token), 200);
const names = async (query = "", token = service) => (await list(query, token)).repositories.map(({ name }) => name);

/** Replaces all repositories by these. */
async function only(wanted: readonly string[]): Promise<void> {
  await db.sql`TRUNCATE repositories CASCADE`;
  await db.sql`
    INSERT INTO repositories (name, default_branch, github_id, token)
    SELECT name, 'main', 1000 + place, 'crt_' || lpad(place::text, 42, '0')
      FROM unnest(${[...wanted]}::text[]) WITH ORDINALITY AS wanted (name, place)`;
}

const sixty = Array.from({ length: 60 }, (_, index) => `r${String(index).padStart(2, "0")}`);

test("there are none at first", async () => {
  expect(await list()).toEqual({ repositories: [], paging: { page: 1, total_pages: 0 } });
  expect(await list("?page=7")).toEqual({ repositories: [], paging: { page: 7, total_pages: 0 } });
});

test("an entry has the repository's keys, and figures only when its default branch is known", async () => {
  await only(["api", "web"]);
  await db.sql`INSERT INTO branches (repository_id, name, issues) SELECT id, 'main', 3 FROM repositories WHERE name = 'web'`;
  await db.sql`INSERT INTO branches (repository_id, name, issues) SELECT id, 'Main', 5 FROM repositories WHERE name = 'api'`;
  const common = { id: expect.any(Number), description: null, token: expect.any(String), default_branch: "main" };
  expect<unknown>(await list()).toEqual({
    repositories: [
      { ...common, name: "api" },
      { ...common, name: "web", coverage: null, issues: 3 },
    ],
    paging: { page: 1, total_pages: 1 },
  });
});

test("names sort in byte order of their lower-case form", async () => {
  await only(["b", "a_b", "a-b", "a.b", "A", "aB", "ab2", "Z", "-", "10", "9", "_"]);
  expect(await names()).toEqual(["-", "10", "9", "_", "A", "a-b", "a.b", "a_b", "aB", "ab2", "b", "Z"]);
});

test("with a search term all of them come, most similar first", async () => {
  await only(["apiarist", "zebra", "api-helper", "api", "Aardvark"]);
  expect(await names("?search_term=api")).toEqual(["api", "api-helper", "apiarist", "Aardvark", "zebra"]);
  expect(await names("?search_term=API&per_page=2")).toEqual(["api", "api-helper"]);
});

test("a blank search term is none", async () => {
  await only(["b", "a"]);
  expect(await names("?search_term=")).toEqual(["a", "b"]);
  expect(await names("?search_term=%20")).toEqual(["a", "b"]);
});

test.each(["%25", "_", "%5C", "'", "%27%20OR%201%3D1", "%F0%9F%90%9B", "a".repeat(3000), "%2500"])(
  "the search term %s is only text",
  async (term) => {
    await only(["b", "a"]);
    expect(await names(`?search_term=${term}`)).toEqual(["a", "b"]);
  },
);

test("a search term that can't be stored can't be read", async () => {
  expect(await refusal(await get("/v1/repositories?search_term=%00"))).toEqual({ status: 400, code: "request.malformed" });
});

test("everybody sees theirs: members their repositories, admins and service tokens all", async () => {
  await only(["theirs", "others"]);
  await db.sql`
    INSERT INTO repository_members (repository_id, github_member_id, level)
    SELECT id, ${github.user("member").id}, 'user' FROM repositories WHERE name = 'theirs'`;
  expect(await names("", member)).toEqual(["theirs"]);
  expect(await names("?search_term=others", member)).toEqual(["theirs"]);
  expect(await list("", nobody)).toEqual({ repositories: [], paging: { page: 1, total_pages: 0 } });
  for (const token of [admin, service, await serviceToken(server, admin)])
    expect(await names("", token)).toEqual(["others", "theirs"]);
  expect(await json<unknown>(await get("/v1/repositories/$search", member), 200)).toEqual([
    { name: "theirs", description: null },
  ]);
  expect((await get("/v1/repositories/theirs", member)).status).toBe(200);
  for (const [path, token] of [
    ["others", member],
    ["theirs", nobody],
    ["theirs/branches", nobody],
    ["theirs/branches/main", nobody],
  ]) {
    expect(await refusal(await get(`/v1/repositories/${path}`, token))).toEqual({ status: 404, code: "not_found" });
  }
});

test("nobody lists anything without a token", async () => {
  for (const path of ["", "/$search", "/theirs", "/nowhere", "/theirs/branches", "/theirs/branches/main"]) {
    const answer = await server.request("GET", `/v1/repositories${path}`);
    expect(await refusal(answer)).toEqual({ status: 401, code: "auth.no_authorization" });
  }
});

test("$search answers the first 25 with their names and descriptions", async () => {
  await only([...sixty, "wanted"]);
  const found = await json<{ name: string; description: null }[]>(
    await get("/v1/repositories/$search?search_term=wanted"),
    200,
  );
  expect(found[0]).toEqual({ name: "wanted", description: null });
  expect(found.map(({ name }) => name)).toEqual(["wanted", ...sixty.slice(0, 24)]);
  const first = await json<{ name: string }[]>(await get("/v1/repositories/$search"), 200);
  expect(first.map(({ name }) => name)).toEqual(sixty.slice(0, 25));
});

test("pages follow each other by their links, without gap or overlap", async () => {
  await only(sixty);
  const seen: string[] = [];
  let path: string | undefined = "/v1/repositories?per_page=25&search_term=r1";
  const pages: List["paging"][] = [];
  while (path !== undefined) {
    const page: List = await json<List>(await get(path), 200);
    seen.push(...page.repositories.map(({ name }) => name));
    pages.push(page.paging);
    path = page.paging.next_page?.slice(server.url.length);
  }
  const link = (page: number) => `${server.url}/v1/repositories?page=${page}&per_page=25&search_term=r1`;
  expect(pages).toEqual([
    { page: 1, total_pages: 3, next_page: link(2) },
    { page: 2, total_pages: 3, prev_page: link(1), next_page: link(3) },
    { page: 3, total_pages: 3, prev_page: link(2) },
  ]);
  expect(seen.toSorted()).toEqual(sixty);
});

test.each([
  ["", 1, 25],
  ["?page=0", 1, 25],
  ["?page=-1", 1, 25],
  ["?page=x&per_page=x", 1, 25],
  ["?page=1.5", 1, 25],
  ["?per_page=0", 1, 25],
  ["?per_page=-5", 1, 25],
  ["?per_page=101", 1, 60],
  ["?per_page=100000000000000000000", 1, 60],
  ["?page=2&per_page=50", 2, 10],
])("%s is page %d with %d repositories", async (query, page, count) => {
  await only(sixty);
  const answer = await list(query);
  expect([answer.paging.page, answer.repositories.length]).toEqual([page, count]);
});

test.each(["4", "1000000", "99999999999999999999999"])("page %s, past the end, is empty and has no links", async (page) => {
  await only(sixty);
  const answer = await list(`?page=${page}`);
  expect(answer).toEqual({ repositories: [], paging: { page: expect.any(Number), total_pages: 3 } });
});

test("HEAD, trailing and repeated slashes are understood", async () => {
  await only(["a"]);
  expect(await json<List>(await get("//v1//repositories/"), 200)).toMatchObject({ paging: { total_pages: 1 } });
  const head = await server.request("HEAD", "/v1/repositories", { token: service });
  expect([head.status, await head.text()]).toEqual([200, ""]);
});
