import { beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { updateOrganizationList } from "../../../plugins/repositories/jobs/update-organization-list";
import { keepOrganizationList } from "../../../plugins/repositories/organization/list-jobs";
import { json, serviceToken, signIn } from "../../../testing/factories";
import { letTimePass } from "../../../testing/let-time-pass";
import { statementsOf } from "../../../testing/statements";
import { listOnGitHub, numbered, pagesAsked } from "./world/organization-on-github";
import { refusal, useRepositoryWorld } from "./world/repository-world";

// Failed fetches are tried again after a second and more.
setDefaultTimeout(30_000);

const { github, server, db, jobs, admin, service, add, get, until } = await useRepositoryWorld();
const path = "/v1/repositories/$org_repos";

interface List {
  status: string;
  items: { name: string; description: string | null; created_at: string; pushed_at: string | null; status: string }[];
  total_pages: number;
  current_page: number;
  next_page?: string;
  prev_page?: string;
  last_updated: string;
}

const list = async (query = "", token = service) => await json<List>(await get(`${path}${query}`, token), 200);
const names = async (query = "") => (await list(query)).items.map(({ name }) => name);
const update = () => server.request("POST", `${path}/update`, { token: service });
const waiting = async () =>
  (await db.sql`SELECT 1 FROM core_jobs WHERE name = ${updateOrganizationList.name} AND died_at IS NULL`).length;

/** Asks for the list and waits until it has been fetched. */
async function fetched(query = ""): Promise<List> {
  await update();
  await jobs.idle();
  return await list(query);
}

beforeEach(async () => {
  await jobs.idle();
  await db.sql`TRUNCATE organization_lists CASCADE`;
});

test("the first who asks has it fetched, those who ask meanwhile wait for the same", async () => {
  listOnGitHub(github, numbered(3));
  await jobs.pause(updateOrganizationList.name);
  const answers = await Promise.all(Array.from({ length: 5 }, () => list()));
  expect(answers).toEqual(Array.from({ length: 5 }, () => ({ status: "updating" }) as List));
  expect(await waiting()).toBe(1);
  await jobs.resume(updateOrganizationList.name);
  await jobs.idle();
  expect(await list()).toMatchObject({ status: "ok", total_pages: 1, current_page: 1 });
});

test("an entry tells name, description, times, and whether it is registered, whatever it is called here", async () => {
  const { onGitHub } = await add({ name: "registered" });
  await jobs.idle();
  listOnGitHub(github, [
    { id: onGitHub.id, name: "called-otherwise-now", description: "Core API", pushed_at: "2023-03-05T17:20:20Z" },
    { id: 77, name: "unknown", created_at: "2022-11-22T21:06:17+02:00" },
  ]);
  const before = Date.now();
  const answer = await fetched();
  expect(answer).toEqual({
    status: "ok",
    items: [
      {
        name: "called-otherwise-now",
        description: "Core API",
        created_at: "2022-11-22T21:06:17.000Z",
        pushed_at: "2023-03-05T17:20:20.000Z",
        status: "present",
      },
      { name: "unknown", description: null, created_at: "2022-11-22T19:06:17.000Z", pushed_at: null, status: "absent" },
    ],
    total_pages: 1,
    current_page: 1,
    last_updated: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  });
  expect(Date.parse(answer.last_updated)).toBeWithin(before - 1000, Date.now() + 1000);
});

test("an organization without repositories has an empty list, and one that GitHub really has is read", async () => {
  listOnGitHub(github, []);
  expect(await fetched()).toMatchObject({ status: "ok", items: [], total_pages: 0 });
  github.clearFaults();
  await github.addRepository({ name: "on-GitHub", description: "Really" });
  expect((await fetched()).items).toContainEqual(expect.objectContaining({ name: "on-GitHub", description: "Really" }));
});

test("names sort in byte order of their lower-case form", async () => {
  const unordered = ["b", "a_b", "a-b", "a.b", "A", "aB", "Z", "-", "10", "9", "_"];
  listOnGitHub(
    github,
    unordered.map((name, index) => ({ id: 600 + index, name })),
  );
  await fetched();
  expect(await names()).toEqual(["-", "10", "9", "_", "A", "a-b", "a.b", "a_b", "aB", "b", "Z"]);
});

test("pages have 50 entries and lead to each other; those past the end are empty", async () => {
  listOnGitHub(github, numbered(120));
  await fetched();
  const link = (page: number) => `${server.url}${path}?page=${page}`;
  const pages = [await list(), await list("?page=2"), await list("?page=3"), await list("?page=4")];
  expect(pages.map(({ items }) => items.length)).toEqual([50, 50, 20, 0]);
  expect(pages.map(({ next_page }) => next_page)).toEqual([link(2), link(3), undefined, undefined]);
  expect(pages.map(({ prev_page }) => prev_page)).toEqual([undefined, link(1), link(2), undefined]);
  expect(pages.map(({ current_page, total_pages }) => [current_page, total_pages])).toEqual([
    [1, 3],
    [2, 3],
    [3, 3],
    [4, 3],
  ]);
  expect(new Set(pages.flatMap(({ items }) => items.map(({ name }) => name))).size).toBe(120);
  for (const query of ["?page=0", "?page=x", "?per_page=7", "?page[]=2"]) expect((await list(query)).items).toHaveLength(50);
  expect((await list("?page=99999999999999999999")).items).toEqual([]);
});

test("what is of somebody else, or of a name that no repository has, is left out; one that comes twice is there once", async () => {
  listOnGitHub(github, [
    { id: 1, name: "ours", owner: { login: "ACME" } },
    { id: 2, name: "theirs", owner: { login: "umbrella" } },
    { id: 3, name: "../../etc" },
    { id: 1, name: "renamed-meanwhile", description: "nul \0 nul" },
  ]);
  expect((await fetched()).items).toMatchObject([{ name: "renamed-meanwhile", description: "nul \uFFFD nul" }]);
});

test("a refresh goes through all pages and replaces the list, which is shown until then", async () => {
  listOnGitHub(github, numbered(250));
  await fetched();
  const [kept] = numbered(1);
  github.clearFaults();
  listOnGitHub(github, [...numbered(240).slice(5), { id: 1, name: "new" }, { id: kept?.id ?? 0, name: "zz-renamed" }]);
  await jobs.pause(updateOrganizationList.name);
  expect((await update()).status).toBe(204);
  expect((await update()).status).toBe(204);
  expect((await list()).items[0]?.name).toBe("r00000");
  expect(await waiting()).toBe(1);
  await jobs.resume(updateOrganizationList.name);
  await jobs.idle();
  expect((await names()).slice(0, 2)).toEqual(["new", "r00005"]);
  expect((await names("?page=5")).at(-1)).toBe("zz-renamed");
  expect((await list("?page=5")).total_pages).toBe(5);
});

test("a refresh that fails at a later page, or is answered with something else, changes nothing", async () => {
  listOnGitHub(github, numbered(250));
  const { last_updated } = await fetched();
  for (const answer of [{ status: 403 }, { status: 200, body: '[{"id":1}]' }]) {
    github.clearFaults();
    github.fail({ match: (request) => request.path === "/orgs/acme/repos" && request.query.get("page") === "2", ...answer });
    listOnGitHub(
      github,
      numbered(101).map((one) => ({ ...one, description: "changed" })),
    );
    await update();
    await until(
      async () =>
        (await db.sql`SELECT 1 FROM core_jobs WHERE name = ${updateOrganizationList.name} AND failed_at IS NOT NULL`).length >
        0,
    );
    expect(await list()).toMatchObject({ status: "ok", last_updated, total_pages: 5, items: { 0: { description: null } } });
    await db.sql`DELETE FROM core_jobs WHERE name = ${updateOrganizationList.name}`;
  }
});

test("a first fetch that fails is as if there had been none: the next who asks starts another one", async () => {
  github.fail({ match: "/orgs/acme/repos", status: 404 });
  for (let time = 0; time < 3; time += 1) {
    const before = pagesAsked(github);
    expect(await list()).toEqual({ status: "updating" } as List);
    await jobs.idle();
    expect([pagesAsked(github) - before, await waiting(), await jobs.dead()]).toEqual([1, 0, []]);
  }
  github.clearFaults();
  listOnGitHub(github, numbered(1));
  expect(await list()).toEqual({ status: "updating" } as List);
  await jobs.idle();
  expect((await list()).items).toHaveLength(1);
});

test("a refresh that goes on failing ends, and leaves the list as it is", async () => {
  listOnGitHub(github, numbered(2));
  await fetched();
  github.clearFaults();
  const failing = github.fail({ match: "/orgs/acme/repos", status: 404 });
  await update();
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    await until(async () => failing.hits() === attempt && (await isDue()) === 0);
    await letTimePass(db, 60);
  }
  await jobs.idle();
  expect([failing.hits(), await waiting(), await jobs.dead()]).toEqual([4, 0, []]);
  expect((await list()).items).toHaveLength(2);

  async function isDue(): Promise<number> {
    return (await db.sql`SELECT 1 FROM core_jobs WHERE name = ${updateOrganizationList.name} AND run_at <= now()`).length;
  }
});

test("a first fetch of which nothing is heard any more is asked for again", async () => {
  listOnGitHub(github, numbered(1));
  await jobs.pause(updateOrganizationList.name);
  await list();
  await db.sql`DELETE FROM core_jobs WHERE name = ${updateOrganizationList.name}`;
  await jobs.resume(updateOrganizationList.name);
  await list();
  expect(await waiting()).toBe(0);
  await db.sql`UPDATE organization_lists SET wanted_at = wanted_at - interval '16 minutes'`;
  await list();
  await jobs.idle();
  expect((await list()).status).toBe("ok");
});

test.each([
  ["repository", "created"],
  ["repository", "deleted"],
  ["repository", "transferred"],
  ["installation_repositories", "added"],
])("%s %s refreshes a list that somebody has asked for, once for many events", async (event, action) => {
  const payload = {
    action,
    repository: { id: 1, name: "one", owner: { login: action === "transferred" ? "umbrella" : "acme" } },
  };
  listOnGitHub(github, numbered(1));
  await github.deliver(event, payload);
  await jobs.idle();
  expect(await list()).toEqual({ status: "updating" } as List);
  await jobs.idle();
  github.clearFaults();
  listOnGitHub(github, numbered(2));
  await jobs.pause(updateOrganizationList.name);
  for (let delivered = 0; delivered < 3; delivered += 1) await github.deliver(event, payload);
  await until(async () => (await db.sql`SELECT 1 FROM github_deliveries WHERE state = 'pending'`).length === 0);
  expect(await waiting()).toBe(1);
  await jobs.resume(updateOrganizationList.name);
  await letTimePass(db, 60);
  await jobs.idle();
  expect((await list()).items).toHaveLength(2);
});

test("repositories of others don't", async () => {
  listOnGitHub(github, numbered(1));
  await fetched();
  await github.deliver("repository", { action: "created", repository: { id: 1, name: "one", owner: { login: "umbrella" } } });
  await jobs.idle();
  expect(await waiting()).toBe(0);
});

test("the schedule refreshes a list once somebody has asked for it", async () => {
  const before = pagesAsked(github);
  await keep();
  expect(pagesAsked(github)).toBe(before);
  listOnGitHub(github, numbered(1));
  await fetched();
  await keep();
  expect(pagesAsked(github)).toBe(before + 2);

  async function keep(): Promise<void> {
    await db.transaction((tx) => jobs.enqueue(tx, keepOrganizationList, {}));
    await jobs.idle();
  }
});

test("of 5,000 repositories a page costs as many statements as of one, and a fetch asks for 50 pages", async () => {
  const one = async () => {
    listOnGitHub(github, numbered(1));
    await fetched();
    return [await statementsOf(server, () => list()), await statementsOf(server, () => list("?search_term=r00000"))];
  };
  const few = await one();
  github.clearFaults();
  listOnGitHub(github, numbered(5000));
  const before = pagesAsked(github);
  await fetched();
  expect(pagesAsked(github) - before).toBe(50);
  expect([
    await statementsOf(server, () => list("?page=60")),
    await statementsOf(server, () => list("?search_term=r00001")),
  ]).toEqual(few);
  expect(await list("?page=100")).toMatchObject({ total_pages: 100, items: { length: 50 } });
});

test("anybody with a token may see it and have it refreshed, nobody else", async () => {
  listOnGitHub(github, numbered(1));
  await fetched();
  for (const token of [admin, await signIn(server, github, "member"), await serviceToken(server, admin)]) {
    expect((await list("", token)).items).toHaveLength(1);
    expect((await server.request("POST", `${path}/update`, { token })).status).toBe(204);
  }
  const none = { status: 401, code: "auth.no_authorization" };
  expect(await refusal(await server.request("GET", path))).toEqual(none);
  expect(await refusal(await server.request("POST", `${path}/update`))).toEqual(none);
  const { token_value } = await json<{ token_value: string }>(
    await server.request("POST", "/v1/admin/service_tokens", { token: admin, body: { description: "w", scopes: ["worker"] } }),
    201,
  );
  expect(await refusal(await get(path, token_value))).toEqual({ status: 403, code: "auth.insufficient_scope" });
});

test("a list of another organization than the one that is served isn't shown", async () => {
  listOnGitHub(github, numbered(1));
  await fetched();
  await db.sql`UPDATE organization_lists SET organization = 'former'`;
  expect(await list()).toEqual({ status: "updating" } as List);
  await jobs.idle();
  expect((await list()).items).toHaveLength(1);
  expect(await db.sql`SELECT 1 FROM organization_lists`).toHaveLength(1);
});
