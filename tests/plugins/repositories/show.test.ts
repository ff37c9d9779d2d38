import { beforeAll, expect, test } from "bun:test";
import { json, pushed } from "../../../testing/factories";
import type { Repository } from "../../../testing/github";
import { refusal, useRepositoryWorld } from "./world/repository-world";

const { github, server, db, jobs, service, add, get } = await useRepositoryWorld();
const notFound = { status: 404, code: "not_found" };
let api: Repository;

beforeAll(async () => {
  const { onGitHub } = await add({ name: "Foo.js-1.0_x", files: { a: "a" } });
  await jobs.idle();
  api = onGitHub;
  for (const branch of ["feat/x", "graphs/x", "a+b", "ümlaut", "100%", "foo.json", "Zeta", "main2"]) {
    await pushed(server, github, api, { branch, message: `On ${branch}` });
  }
});

const path = "/v1/repositories/Foo.js-1.0_x";

test.each(["Foo.js-1.0_x", "foo.JS-1.0_X", "Foo%2Ejs-1.0_x", "Foo.js-1.0_x/", "/Foo.js-1.0_x//"])(
  "a repository is found as %s and shown as it is written",
  async (name) => {
    expect(await json<object>(await get(`/v1/repositories/${name}`), 200)).toMatchObject({
      name: "Foo.js-1.0_x",
      head: { checks_status: "waiting", coverage_status: "waiting" },
    });
  },
);

test.each(["Foo", "Foo.js", "Foo.js-1.0_x.json", "%00", "%FF", "%20", "Foo.js-1.0_x%2F", "1", "%"])(
  "%s is no repository's name",
  async (name) => {
    expect(await refusal(await get(`/v1/repositories/${name}`))).toEqual(notFound);
  },
);

test("branches are listed in byte order, the default branch first", async () => {
  expect(await json<object>(await get(`${path}/branches`), 200)).toEqual({
    branches: ["main", "100%", "Zeta", "a+b", "feat/x", "foo.json", "graphs/x", "main2", "ümlaut"],
  });
});

test.each([
  ["feat/x", "feat/x"],
  ["feat%2Fx", "feat/x"],
  ["feat//x/", "feat/x"],
  ["graphs%2Fx", "graphs/x"],
  ["a+b", "a+b"],
  ["a%2Bb", "a+b"],
  ["%C3%BCmlaut", "ümlaut"],
  ["100%25", "100%"],
  ["foo.json", "foo.json"],
])("the branch at %s is %s", async (written, name) => {
  expect(await json<object>(await get(`${path}/branches/${written}`), 200)).toMatchObject({
    name,
    head: { message: `On ${name}` },
  });
});

test.each(["nowhere", "Feat/x", "MAIN", "feat", "a%20b", "a%252Bb", "100%", "%00", "%FF", "refs/heads/main"])(
  "%s is no branch's name",
  async (name) => {
    expect(await refusal(await get(`${path}/branches/${name}`))).toEqual(notFound);
  },
);

test("a branch shows its head in full", async () => {
  const sha = await api.head("feat/x");
  expect(await json<object>(await get(`${path}/branches/feat/x`), 200)).toEqual({
    id: expect.any(Number),
    name: "feat/x",
    coverage: null,
    issues: null,
    condensed_status: "yellow",
    head: {
      id: expect.any(Number),
      author_email: "ada@example.org",
      author_name: "Ada Lovelace",
      checks_status: "waiting",
      coverage_status: "waiting",
      sha,
      coverage_percent: null,
      issues_count: null,
      condensed_status: "yellow",
      minimum_coverage: null,
      message: "On feat/x",
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      org_name: "acme",
    },
  });
});

test("a head by somebody who has signed in names them", async () => {
  await db.sql`UPDATE user_emails SET email = 'Ada@Example.org'`;
  await pushed(server, github, api, { branch: "by-ada" });
  expect(await json<object>(await get(`${path}/branches/by-ada`), 200)).toMatchObject({
    head: { user: { name: "root", avatar: expect.any(String) } },
  });
});

test("a branch without a head is gray and has none", async () => {
  await db.sql`INSERT INTO branches (repository_id, name) SELECT id, 'headless' FROM repositories`;
  expect(await json<object>(await get(`${path}/branches/headless`), 200)).toEqual({
    id: expect.any(Number),
    name: "headless",
    coverage: null,
    issues: null,
    condensed_status: "gray",
  });
});

test("a repository without branches has an empty list of them, and no figures", async () => {
  const { added } = await add({ name: "empty" });
  await jobs.idle();
  expect(await json<object>(await get("/v1/repositories/empty/branches"), 200)).toEqual({ branches: [] });
  expect(await json<object>(await get("/v1/repositories/empty"), 200)).toEqual({ ...added });
});

test("HEAD is answered like GET, without a body", async () => {
  for (const [where, status] of [
    [path, 200],
    [`${path}/branches/feat/x`, 200],
    [`${path}/branches/nowhere`, 404],
  ] as const) {
    const answer = await server.request("HEAD", where, { token: service });
    expect([answer.status, await answer.text()]).toEqual([status, ""]);
  }
});

test("other methods and unknown paths aren't there", async () => {
  for (const [method, where] of [
    ["DELETE", path],
    ["POST", `${path}/branches`],
    ["GET", `${path}/nonsense`],
    ["PUT", `${path}/coverage`],
  ] as const) {
    expect(await refusal(await server.request(method, where, { token: service }))).toEqual(notFound);
  }
});
