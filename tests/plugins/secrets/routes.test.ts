import { describe, expect, test } from "bun:test";
import { json } from "../../../testing/factories";
import { type ShownSecret, useSecretsWorld } from "./secrets-world";

const world = await useSecretsWorld();
const { platform, tokens, outcome, repository, hidden } = world;
const ofOrganization = "/v1/secrets";
const ofRepository = `/v1/repositories/${repository}/secrets`;

const send = (who: keyof typeof tokens, method: string, path: string, body?: unknown) =>
  platform.request(method, path, { token: tokens[who], body });
const ask = (who: keyof typeof tokens, method: string, path: string, body?: unknown) => outcome(send(who, method, path, body));
const listed = async (path: string): Promise<ShownSecret[]> =>
  (await json<{ secrets: ShownSecret[] }>(await send("admin", "GET", path), 200)).secrets;

test("a secret shows its name, scope, owner and times, and never its data", async () => {
  const made = await world.createSecret(" GIT_CONFIG\n", "made-up data");
  expect(made).toEqual({
    id: expect.any(Number),
    name: "GIT_CONFIG",
    scope: "organization",
    owner: { login: "admin", avatar_url: expect.anything() },
    last_used_at: null,
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  });
  const inRepository = await json(await send("maintainer", "POST", ofRepository, { name: "git_config", data: "other" }), 201);
  expect(inRepository).toMatchObject({ name: "git_config", scope: "repository", owner: { login: "mia" } });
  expect(await listed(ofOrganization)).toEqual([made]);
  expect(await listed(ofRepository)).toEqual([inRepository as ShownSecret]);
  const rows = await platform.db.sql<{ secure_data: Buffer }[]>`SELECT secure_data FROM secrets`;
  expect(rows.map(({ secure_data }) => secure_data.includes("made-up data"))).toEqual([false, false]);
  expect(platform.logs()).not.toContain("made-up data");
});

describe("who may do what", () => {
  const body = { name: "NEW", data: "x" };
  test.each([
    ["GET", ofOrganization, { admin: 200, service: 200, owner: 403, user: 403, stranger: 403 }],
    ["POST", ofOrganization, { service: 403, owner: 403, maintainer: 403, stranger: 403 }],
    ["PATCH", `${ofOrganization}/1`, { service: 403, owner: 403, stranger: 403 }],
    ["DELETE", `${ofOrganization}/1`, { service: 403, owner: 403, stranger: 403 }],
    ["GET", ofRepository, { admin: 200, service: 200, owner: 200, maintainer: 200, user: 200, stranger: 404 }],
    ["POST", ofRepository, { service: 403, user: 403, stranger: 404 }],
    ["PATCH", `${ofRepository}/9999`, { admin: 404, service: 404, maintainer: 404, user: 403, stranger: 404 }],
    ["DELETE", `${ofRepository}/9999`, { admin: 404, service: 404, maintainer: 404, user: 403, stranger: 404 }],
    ["POST", `${ofOrganization}/check_name`, { admin: 200, service: 200, user: 200, stranger: 200 }],
    ["POST", `${ofRepository}/check_name`, { admin: 200, service: 200, user: 200, stranger: 404 }],
  ] as const)("%s %s", async (method, path, expected) => {
    const statuses = Object.keys(expected).map(async (who) => {
      const answer = await send(who as keyof typeof tokens, method, path, method === "GET" ? undefined : body);
      return [who, answer.status] as const;
    });
    expect(Object.fromEntries(await Promise.all(statuses))).toEqual(expected);
  });

  test("the role is tested before the parameters, and these before the repository", async () => {
    expect(await ask("owner", "POST", ofOrganization, {})).toEqual({ status: 403, code: "auth.forbidden" });
    expect(await ask("service", "POST", ofRepository, {})).toEqual({ status: 403, code: "auth.forbidden" });
    expect(await ask("stranger", "POST", ofRepository, {})).toEqual({ status: 400, code: "secrets.missing_name" });
    expect(await ask("user", "POST", ofRepository, { name: "A" })).toEqual({ status: 400, code: "secrets.missing_data" });
    expect(await ask("stranger", "PATCH", `${ofRepository}/1`, {})).toEqual({ status: 400, code: "secrets.missing_data" });
  });
});

test.each([
  [{}, "secrets.missing_name"],
  [{ name: " " }, "secrets.missing_name"],
  [{ name: "-" }, "secrets.missing_data"],
  [{ name: "A", data: "" }, "secrets.missing_data"],
  [{ name: "A", data: ["x"] }, "secrets.missing_data"],
  [{ name: "1A", data: "x" }, "secrets.invalid_name"],
  [{ name: "A-B", data: "x" }, "secrets.invalid_name"],
  [{ name: "A B", data: "x" }, "secrets.invalid_name"],
  [{ name: "Ä", data: "x" }, "secrets.invalid_name"],
  [{ name: "A\nB", data: "x" }, "secrets.invalid_name"],
  [{ name: "A".repeat(256), data: "x" }, "secrets.invalid_name"],
])("%p is refused as %s", async (body, code) => {
  expect(await ask("admin", "POST", ofOrganization, body)).toEqual({ status: 400, code });
  expect(await ask("maintainer", "POST", ofRepository, body)).toEqual({ status: 400, code });
});

test("data has 64 KiB at most", async () => {
  expect(await ask("admin", "POST", ofOrganization, { name: "LARGE", data: "ä".repeat(32 * 1024) })).toMatchObject({
    status: 201,
  });
  const larger = { name: "LARGER", data: `${"ä".repeat(32 * 1024)}.` };
  expect(await ask("admin", "POST", ofOrganization, larger)).toEqual({ status: 413, code: "request.too_large" });
});

describe("names", () => {
  test("are unique in their scope, whatever their case", async () => {
    await world.createSecret("Taken", "x");
    expect(await ask("admin", "POST", ofOrganization, { name: "TAKEN", data: "x" })).toEqual({
      status: 400,
      code: "secrets.name_taken",
    });
    expect(await ask("owner", "POST", ofRepository, { name: "TAKEN", data: "x" })).toMatchObject({ status: 201 });
    expect(await ask("owner", "POST", ofRepository, { name: "taken", data: "x" })).toMatchObject({
      code: "secrets.name_taken",
    });
    expect(await ask("admin", "POST", `/v1/repositories/${hidden}/secrets`, { name: "taken", data: "x" })).toMatchObject({
      status: 201,
    });
  });

  test.each([
    [ofOrganization, "admin"],
    [ofRepository, "owner"],
  ] as const)("of many that come to %s at once, one gets the name", async (path, who) => {
    const spellings = ["RACED", "raced", "Raced", "rAced", "raCed", "racEd", "raceD", "RAced"];
    const answers = await Promise.all(spellings.map((name) => ask(who, "POST", path, { name, data: "x" })));
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused).toEqual(Array(7).fill({ status: 400, code: "secrets.name_taken" }));
  });

  test("can be checked before", async () => {
    await world.createSecret("SHARED", "x");
    await world.createSecret("OWN", "x", repository);
    const check = async (path: string, body: object) => (await (await send("user", "POST", path, body)).json()).status;
    const organization = `${ofOrganization}/check_name`;
    expect(await check(organization, { name: "shared" })).toBe("conflict");
    expect(await check(organization, { name: "own" })).toBe("ok");
    for (const [path, more] of [
      [`${ofRepository}/check_name`, {}],
      [organization, { repo_name: repository.toUpperCase() }],
    ] as const) {
      expect(await check(path, { name: " own ", ...more })).toBe("conflict");
      expect(await check(path, { name: "Shared", ...more })).toBe("override");
      expect(await check(path, { name: "free", ...more })).toBe("ok");
      expect(await ask("user", "POST", path, { ...more })).toMatchObject({ code: "secrets.missing_name" });
      expect(await ask("user", "POST", path, { name: "9", ...more })).toMatchObject({ code: "secrets.invalid_name" });
    }
    const elsewhere = { name: "A", repo_name: hidden };
    expect(await ask("user", "POST", organization, elsewhere)).toEqual({ status: 404, code: "not_found" });
    expect(await ask("admin", "POST", organization, elsewhere)).toMatchObject({ status: 200 });
  });
});

test("a route changes and deletes secrets of its own scope only", async () => {
  const shared = await world.createSecret("SCOPE_A", "x");
  const own = await world.createSecret("SCOPE_B", "x", repository);
  const others = await world.createSecret("SCOPE_C", "x", hidden);
  const unknown = { status: 404, code: "not_found" };
  for (const { id } of [shared, others]) {
    expect(await ask("admin", "PATCH", `${ofRepository}/${id}`, { data: "y" })).toEqual(unknown);
    expect(await ask("admin", "DELETE", `${ofRepository}/${id}`)).toEqual(unknown);
  }
  expect(await ask("admin", "PATCH", `${ofOrganization}/${own.id}`, { data: "y" })).toEqual(unknown);
  expect(await ask("admin", "DELETE", `${ofOrganization}/${own.id}`)).toEqual(unknown);
  const changed = await send("maintainer", "PATCH", `${ofRepository}/${own.id}`, { data: "y", name: "OTHER" });
  expect(await json<ShownSecret>(changed, 200)).toEqual(own);
  expect(await ask("maintainer", "DELETE", `${ofRepository}/${own.id}`)).toEqual({ status: 204, code: null });
  expect(await ask("maintainer", "DELETE", `${ofRepository}/${own.id}`)).toEqual(unknown);
  expect(await ask("admin", "DELETE", `${ofOrganization}/${shared.id}`)).toEqual({ status: 204, code: null });
});

test("lists are by name whatever its case, in pages, with as many statements for many as for one", async () => {
  const path = `/v1/repositories/${hidden}/secrets`;
  const one = await platform.statementsOf(() => send("admin", "GET", path));
  for (const name of ["b", "A", "_x", "C", "a2"]) await world.createSecret(name, "x", hidden);
  expect((await listed(path)).map(({ name }) => name)).toEqual(["_x", "A", "a2", "b", "C", "SCOPE_C", "taken"]);
  const page = await json<object>(await send("admin", "GET", `${path}?page=2&per_page=3`), 200);
  expect(page).toMatchObject({
    secrets: [{ name: "b" }, { name: "C" }, { name: "SCOPE_C" }],
    paging: { page: 2, total_pages: 3 },
  });
  expect(await platform.statementsOf(() => send("admin", "GET", path))).toBe(one);
});
