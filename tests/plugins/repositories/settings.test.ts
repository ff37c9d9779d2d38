import { beforeEach, expect, test } from "bun:test";
import { createRepository, json, signIn } from "../../../testing/factories";
import type { Repository } from "../../../testing/github";
import { useRepositoryWorld } from "./world/repository-world";

const { github, server, db, jobs, admin, service, get } = await useRepositoryWorld();
const people = {
  reader: await signIn(server, github, "reader"),
  maintainer: await signIn(server, github, "maintainer"),
  owner: await signIn(server, github, "owner"),
  stranger: await signIn(server, github, "stranger"),
};
github.addUser({ login: "elsewhere", orgRole: "none" });
let api: Repository;
let id: number;
let name: string;
let made = 0;

beforeEach(async () => {
  made += 1;
  name = `api${made}`;
  const collaborators = { reader: "read", maintainer: "maintain", owner: "admin" } as const;
  const { onGitHub, repository } = await createRepository(server, github, service, { name, collaborators });
  api = onGitHub;
  id = repository.id;
});

const post = (path: string, token: string, repository = name) =>
  server.request("POST", `/v1/repositories/${repository}/settings/${path}`, { token });
const settings = async (token: string) =>
  await json<{ repository: { token: string; description: string | null; default_branch: string }; permissions: object }>(
    await get(`/v1/repositories/${name}/settings`, token),
    200,
  );
const answerOf = async (answer: Response) => {
  const text = await answer.text();
  return text === "" ? [answer.status] : [answer.status, JSON.parse(text)];
};
const refused = async (answer: Response) => {
  const { code }: { code: string } = await answer.json();
  return `${answer.status} ${code}`;
};
const allowed = (some: boolean, all: boolean) => ({ can_regen_token: some, can_sync_github: some, can_delete: all });

test("settings show the repository and what the caller may do", async () => {
  expect<unknown>(await settings(people.reader)).toEqual({
    repository: (await json<{ repositories: unknown[] }>(await get(`/v1/repositories?search_term=${name}`), 200))
      .repositories[0],
    secrets_count: 0,
    permissions: allowed(false, false),
  });
  expect((await settings(people.maintainer)).permissions).toEqual(allowed(true, false));
  for (const token of [people.owner, admin, service]) expect((await settings(token)).permissions).toEqual(allowed(true, true));
  expect(await refused(await get(`/v1/repositories/${name}/settings`, people.stranger))).toBe("404 not_found");
});

test.each([
  ["regen-token", "reader", "403 auth.forbidden"],
  ["sync-github", "reader", "403 auth.forbidden"],
  ["delete", "reader", "403 auth.forbidden"],
  ["delete", "maintainer", "403 auth.forbidden"],
  ["regen-token", "stranger", "404 not_found"],
  ["sync-github", "stranger", "404 not_found"],
  ["delete", "stranger", "404 not_found"],
] as const)("%s by a %s is refused and changes nothing", async (act, who, expected) => {
  const before = await settings(admin);
  expect(await refused(await post(act, people[who]))).toBe(expected);
  await jobs.idle();
  expect(await settings(admin)).toEqual(before);
});

test("a new token replaces the former one", async () => {
  const { token: former } = (await settings(admin)).repository;
  const [status, { new_token }] = await answerOf(await post("regen-token", people.maintainer));
  expect([status, new_token]).toEqual([200, expect.stringMatching(/^crt_[0-9a-f]{42}$/)]);
  expect(new_token).not.toBe(former);
  expect((await settings(admin)).repository.token).toBe(new_token);
});

test("simultaneous new tokens leave the one of the last answer to be written", async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => post("regen-token", people.owner)));
  const tokens = await Promise.all(answers.map(async (answer) => (await answerOf(answer))[1].new_token));
  expect(new Set(tokens).size).toBe(8);
  expect(tokens).toContain((await settings(admin)).repository.token);
});

test("a sync takes over what GitHub says, and the members follow", async () => {
  await api.update({ description: "Said anew" });
  api.setCollaborator(github.user("reader"), "admin");
  expect(await answerOf(await post("sync-github", people.maintainer))).toEqual([204]);
  expect((await settings(admin)).repository).toMatchObject({ description: "Said anew" });
  await jobs.idle();
  expect((await settings(people.reader)).permissions).toEqual(allowed(true, true));
});

test("a sync tells of another name, under which all of it is found", async () => {
  api.rename(`renamed${made}`);
  expect(await answerOf(await post("sync-github", people.owner))).toEqual([200, { new_name: `renamed${made}` }]);
  expect((await get(`/v1/repositories/${name}`)).status).toBe(404);
  expect((await get(`/v1/repositories/renamed${made}`)).status).toBe(200);
});

test("two that have changed names are told apart", async () => {
  const other = await createRepository(server, github, service, { name: `other${made}` });
  api.rename(`interim${made}`);
  other.onGitHub.rename(name);
  api.rename(`other${made}`);
  expect(await answerOf(await post("sync-github", admin))).toEqual([200, { new_name: `other${made}` }]);
  await jobs.idle();
  const rows = await db.sql`SELECT id, name::text FROM repositories WHERE id IN (${id}, ${other.repository.id}) ORDER BY id`;
  expect(rows.map((row) => row.name)).toEqual([`other${made}`, name]);
});

test("one that GitHub hides, or whose owner is another now, can't be synced", async () => {
  const hidden = github.fail({ match: `/repositories/${api.id}`, status: 404 });
  expect(await refused(await post("sync-github", admin))).toBe("404 repositories.not_on_github");
  hidden.clear();
  await api.update({ private: false });
  api.transfer("elsewhere");
  expect(await refused(await post("sync-github", admin))).toBe("404 repositories.not_on_github");
  expect(await refused(await get(`/v1/repositories/${name}`, people.owner))).toBe("404 not_found");
});

test.each([403, 502])("a GitHub that answers %d changes nothing", async (status) => {
  const before = await settings(admin);
  await api.update({ description: "Not to be read" });
  github.fail({ match: `/repositories/${api.id}`, status });
  expect(await refused(await post("sync-github", admin))).toBe("502 github.unavailable");
  expect(await settings(admin)).toEqual(before);
});

test("a deleted repository goes with the job", async () => {
  expect(await answerOf(await post("delete", people.owner))).toEqual([204]);
  expect((await post("delete", admin)).status).toBeOneOf([204, 404]);
  await jobs.idle();
  expect(await refused(await get(`/v1/repositories/${name}/settings`))).toBe("404 not_found");
});
