import { expect, test } from "bun:test";
import { addRepository, json, signIn, userNamed } from "../../../testing/factories";
import type { Permission } from "../../../testing/github";
import { refusal, useRepositoryWorld } from "./world/repository-world";

const { github, server, db, jobs, service, get, add, members, commits, until, heard } = await useRepositoryWorld();
const post = (name: unknown, token = service) => server.request("POST", "/v1/repositories", { token, body: { name } });
const notOnGitHub = { status: 404, code: "repositories.not_on_github" };
const alreadyExists = { status: 409, code: "repositories.already_exists" };
const unavailable = { status: 502, code: "github.unavailable" };

test("an added repository is answered with what GitHub says of it and a token of its own", async () => {
  await github.addRepository({ name: "Api.js", description: "Core API", defaultBranch: "trunk" });
  const added = await addRepository(server, service, "api.JS");
  expect(added).toEqual({
    id: expect.any(Number),
    name: "Api.js",
    description: "Core API",
    token: expect.stringMatching(/^crt_[0-9a-f]{42}$/),
    default_branch: "trunk",
  });
  await jobs.idle();
  expect(await json<object>(await get("/v1/repositories/Api.js"), 200)).toEqual(added);
});

test("its newest commit follows", async () => {
  const { added, onGitHub } = await add({ name: "web", files: { "a.txt": "a" } });
  await jobs.idle();
  expect(await commits(added.id)).toMatchObject([{ sha: await onGitHub.head(), status: "completed" }]);
  expect(await json<object>(await get("/v1/repositories/web"), 200)).toEqual({
    ...added,
    coverage: null,
    issues: null,
    head: { checks_status: "waiting", coverage_status: "waiting" },
  });
});

const granted: [Permission, string][] = [
  ["read", "user"],
  ["triage", "user"],
  ["write", "user"],
  ["maintain", "maintainer"],
  ["admin", "admin"],
];
test.each(granted)("whoever has %s on GitHub becomes %s, at once and after the sync", async (permission, level) => {
  const login = `adder-${permission}`;
  const token = await signIn(server, github, login);
  // What GitHub granted when they signed in is read by a job, which mustn't end in what comes now.
  await jobs.idle();
  const user = userNamed(github, login);
  (await github.addRepository({ name: `for-${permission}` })).setCollaborator(user, permission);
  // What the sync would write must not hide what adding wrote.
  const fault = github.fail({ match: "/repositories/*/collaborators", status: 500 });
  const { id } = await addRepository(server, token, `for-${permission}`);
  expect(await members(id)).toEqual({ [user.id]: level });
  fault.clear();
  await jobs.idle();
  expect(await members(id)).toMatchObject({ [user.id]: level });
});

test("a repository the caller can't see on GitHub isn't there for them, though the App sees it", async () => {
  await github.addRepository({ name: "hidden" });
  const token = await signIn(server, github, "outsider");
  expect(await refusal(await post("hidden", token))).toEqual(notOnGitHub);
  expect((await post("hidden")).status).toBe(201);
  expect(await refusal(await post("hidden", token))).toEqual(notOnGitHub);
});

test("a public repository may be added by whoever can read it", async () => {
  await github.addRepository({ name: "public", private: false });
  const token = await signIn(server, github, "reader");
  const { id } = await addRepository(server, token, "public");
  expect(Object.values(await members(id))).toContain("user");
});

test("what GitHub, or the App, doesn't know can't be added", async () => {
  expect(await refusal(await post("nowhere"))).toEqual(notOnGitHub);
  (await github.addRepository({ name: "uncovered" })).setAppAccess(false);
  expect(await refusal(await post("uncovered"))).toEqual(notOnGitHub);
  await github.addRepository({ name: "elsewhere", owner: "root", private: false });
  expect(await refusal(await post("elsewhere"))).toEqual(notOnGitHub);
});

test("somebody whose grant GitHub has revoked is told that the repository isn't there", async () => {
  await github.addRepository({ name: "revoked", private: false });
  const token = await signIn(server, github, "revoker");
  github.revokeTokens(github.user("revoker"));
  expect(await refusal(await post("revoked", token))).toEqual(notOnGitHub);
});

test.each([
  ".",
  "..",
  "../web",
  "web/..",
  "acme/web",
  "web.git",
  "web?x",
  "web#x",
  "web%2f",
  "-w eb",
  "web\n",
  "wéb",
  "a".repeat(101),
  "'; DROP TABLE repositories; --",
  "$(id)",
])("%p is no name GitHub is asked about", async (name) => {
  await jobs.idle();
  const before = github.requests().length;
  expect(await refusal(await post(name))).toEqual(notOnGitHub);
  expect(github.requests()).toHaveLength(before);
});

test.each([[undefined], [null], [""], [" "], [[]], [{}], [false]])("%p is no name at all", async (name) => {
  expect(await refusal(await post(name))).toEqual({ status: 400, code: "repositories.missing_name" });
});

test("a name with U+0000 can't be read", async () => {
  expect(await refusal(await post("we\0b"))).toEqual({ status: 400, code: "request.malformed" });
});

test("nobody adds anything without a token", async () => {
  const answer = await server.request("POST", "/v1/repositories", { body: {} });
  expect(await refusal(answer)).toEqual({ status: 401, code: "auth.no_authorization" });
});

test("a repository is added once, whatever it is called now", async () => {
  const { onGitHub, added } = await add({ name: "once" });
  await jobs.idle();
  expect(await refusal(await post("once"))).toEqual(alreadyExists);
  expect(await refusal(await post("ONCE"))).toEqual(alreadyExists);
  onGitHub.rename("twice");
  expect(await refusal(await post("twice"))).toEqual(alreadyExists);
  expect(await refusal(await post("once"))).toEqual(alreadyExists);
  await jobs.idle();
  expect(await json<object>(await get("/v1/repositories/once"), 200)).toMatchObject({ id: added.id, token: added.token });
});

test("of simultaneous additions one succeeds", async () => {
  await github.addRepository({ name: "race", files: { a: "a" } });
  const statuses = await Promise.all(Array.from({ length: 8 }, async () => (await post("race")).status));
  expect(statuses.toSorted()).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
  await jobs.idle();
  const [row] = await db.sql<{ id: number }[]>`SELECT id FROM repositories WHERE name = 'race'`;
  expect(await commits(row?.id ?? 0)).toHaveLength(1);
});

test.each([{ status: 500 }, { status: 403 }, { dropConnection: true }, { status: 200, body: "<html>" }])(
  "GitHub answering the App with %j is told as its failure, and nothing is added",
  async (fault) => {
    await github.addRepository({ name: `down-${crypto.randomUUID()}` }).then(async ({ name }) => {
      github.fail({ ...fault, match: `/repos/acme/${name}` });
      expect(await refusal(await post(name))).toEqual(unavailable);
      expect(await refusal(await get(`/v1/repositories/${name}`))).toEqual({ status: 404, code: "not_found" });
    });
  },
);

test("GitHub refusing connections is its failure too", async () => {
  await github.down();
  try {
    expect(await refusal(await post("anything"))).toEqual(unavailable);
  } finally {
    await github.up();
  }
});

test("a name that a renamed repository still holds here goes to the one that has it on GitHub", async () => {
  const { onGitHub: renamed, added: former } = await add({ name: "taken", files: { a: "a" } });
  await jobs.idle();
  renamed.rename("moved");
  const { added } = await add({ name: "taken" });
  expect(added.id).not.toBe(former.id);
  await jobs.idle();
  expect(await json<object>(await get("/v1/repositories/moved"), 200)).toMatchObject({ id: former.id, token: former.token });
  expect(await json<object>(await get("/v1/repositories/taken"), 200)).toMatchObject({ id: added.id });
});

test("a repository that was deleted on GitHub gives its name to the one made after it, and is destroyed", async () => {
  const { onGitHub, added: former } = await add({ name: "phoenix", files: { a: "a" } });
  await jobs.idle();
  await onGitHub.delete();
  const { added } = await add({ name: "phoenix" });
  await until(async () => (await heard(former.id)).includes("deleted"));
  await jobs.idle();
  expect(await json<object>(await get("/v1/repositories/phoenix"), 200)).toMatchObject({ id: added.id });
  expect(await commits(former.id)).toEqual([]);
});

test("a GitHub token that was copied from another user's row is no use, and isn't sent", async () => {
  const [rich, poor] = [github.addUser({ login: "rich" }), github.addUser({ login: "poor" })];
  const hidden = await github.addRepository({ name: "treasure", private: true });
  hidden.setCollaborator(rich, "admin");
  await signIn(server, github, rich.login);
  const token = await signIn(server, github, poor.login);
  await jobs.idle();
  await db.sql`
    UPDATE users SET github_token = (SELECT github_token FROM users WHERE github_id = ${rich.id}) WHERE github_id = ${poor.id}`;
  const asked = github.requests().length;
  const answer = await server.request("POST", "/v1/repositories", { token, body: { name: "treasure" } });
  expect(await refusal(answer)).toEqual({ status: 404, code: "repositories.not_on_github" });
  expect(
    github
      .requests()
      .slice(asked)
      .filter(({ caller }) => caller.startsWith("user:")),
  ).toEqual([]);
  expect(server.logs()).toContain("they have to sign in again");
});
