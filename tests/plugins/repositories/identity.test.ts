import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { refreshRepository } from "../../../plugins/repositories/jobs/refresh-job";
import { updateRepositoryPermissions } from "../../../plugins/repositories/jobs/update-permissions";
import { repositoryFolder } from "../../../plugins/storage/names";
import { addRepository, signIn } from "../../../testing/factories";
import type { Repository } from "../../../testing/github";
import { useRepositoryWorld } from "./world/repository-world";

setDefaultTimeout(30_000);

const { github, server, db, jobs, service, add, get, commits, heads, members, until, untilTriedAgain, idleAfterFailures } =
  await useRepositoryWorld();

const deliver = async (event: string, payload: object) => {
  expect((await github.deliver(event, payload)).status).toBe(200);
  await jobs.idle();
};
const sync = async (repositoryId: number) => {
  await db.transaction((tx) => jobs.enqueue(tx, updateRepositoryPermissions, { repositoryId }));
  await jobs.idle();
};
const refresh = async (repositoryId: number) => {
  await db.transaction((tx) => jobs.enqueue(tx, refreshRepository, { repositoryId }));
  await jobs.idle();
};
const added = async (name: string) => {
  const { onGitHub, added } = await add({ name, files: { a: name } });
  await jobs.idle();
  return { onGitHub, id: added.id };
};
const nameOf = async (id: number): Promise<unknown> =>
  (await db.sql`SELECT name::text FROM repositories WHERE id = ${id}`)[0]?.name;
const isStored = (name: string, sha: string) =>
  existsSync(join(server.dataDir, "git_storage", repositoryFolder(name), `${sha}.tar.zst.shasum`));
/** Requests about a repository, by its id or any of its names. */
const requestsAbout = ({ id }: Repository, ...names: string[]) =>
  github
    .requests()
    .map(({ path }) => path)
    .filter((path) => path.includes(`/${id}`) || names.some((name) => path.includes(`/acme/${name}`)));

test("a repository's former name shows its new owner's people nothing, though the rename was never told", async () => {
  const ada = github.addUser({ login: "ada" });
  const mallory = github.addUser({ login: "mallory" });
  const { onGitHub: secret, id } = await added("payments");
  secret.setCollaborator(ada, "admin");
  await sync(id);
  const session = await signIn(server, github, "mallory");
  secret.rename("payments-private");
  const sandbox = await github.addRepository({ name: "payments", files: { b: "b" } });
  sandbox.setCollaborator(mallory, "admin");
  // Nothing but the id leads to the repository now.
  await deliver("public", { action: "edited", repository: { id: secret.id } });
  expect(await members(id)).toEqual({ [ada.id]: "admin" });
  expect((await get("/v1/repositories/payments", session)).status).toBe(404);
  expect(await nameOf(id)).toBe("payments-private");
});

test("the newest commit is the repository's own when another one has its name by the time it is asked for", async () => {
  const onGitHub = await github.addRepository({ name: "early", files: { a: "own" } });
  const blocked = github.fail({ match: `/repositories/${onGitHub.id}`, status: 403 });
  const { id } = await addRepository(server, service, "early");
  await untilTriedAgain(async () => blocked.hits() >= 2);
  onGitHub.rename("early-bird");
  await github.addRepository({ name: "early", files: { a: "another's" } });
  blocked.clear();
  await idleAfterFailures();
  expect(await heads(id)).toEqual({ main: await onGitHub.head() });
  expect(await nameOf(id)).toBe("early-bird");
  expect(await commits(id)).toMatchObject([{ status: "completed" }]);
});

test("files fetched by a name that moved meanwhile are void; they are fetched by the new one, and nobody is blamed", async () => {
  const { onGitHub, id } = await added("moving");
  const sha = await onGitHub.commit({ files: { a: "2" } });
  const slow = github.fail({ match: "/acme/moving.git/git-upload-pack", method: "POST", delayMs: 400 });
  await github.deliver("push", { ...(await github.payloads.push(onGitHub, { branch: "main", before: null, after: sha })) });
  await until(async () => slow.hits() > 0);
  onGitHub.rename("moved");
  await github.addRepository({ name: "moving", files: { b: "b" } });
  await idleAfterFailures();
  const commit = (await commits(id)).find((one) => one.sha === sha);
  expect(commit).toMatchObject({ status: "completed" });
  expect(await nameOf(id)).toBe("moved");
  expect(isStored("moved", sha)).toBe(true);
});

test.each(["star", "push", "delete", "member", "team"])("the name in a payload of %s is taken for a rename", async (event) => {
  const { onGitHub, id } = await added(`told-by-${event}`);
  onGitHub.rename(`renamed-by-${event}`);
  // The owner's case doesn't matter, what else the payload lacks neither.
  const repository = { id: onGitHub.id, name: onGitHub.name, owner: { login: "ACME" } };
  await deliver(event, { repository });
  expect(await nameOf(id)).toBe(onGitHub.name);
});

test.each([
  ["no owner", {}],
  ["a name that GitHub wouldn't give", { owner: { login: "acme" }, name: "../up" }],
  ["an owner that isn't one", { owner: "acme" }],
])("a payload with %s renames nothing", async (_what, parts) => {
  const { onGitHub, id } = await added(`plain-${JSON.stringify(parts).length}`);
  const name = await nameOf(id);
  await deliver("star", { repository: { id: onGitHub.id, name: "other", ...parts } });
  expect(await nameOf(id)).toBe(name);
});

github.addUser({ login: "elsewhere", orgRole: "none" });

/** A repository with a member, of whom nothing is told any more when it has left. */
async function leaving(name: string) {
  const person = github.addUser({ login: `member-of-${name}` });
  const onGitHub = await github.addRepository({ name, files: { a: name }, private: false });
  onGitHub.setCollaborator(person, "admin");
  const { id } = await addRepository(server, service, name);
  await jobs.idle();
  expect(await members(id)).toEqual({ [person.id]: "admin" });
  return { onGitHub, id, session: await signIn(server, github, person.login) };
}
async function expectLeft(id: number, session: string, name: string): Promise<void> {
  expect(await members(id)).toEqual({});
  expect((await get(`/v1/repositories/${name}`, session)).status).toBe(404);
  expect((await get(`/v1/repositories/${name}`)).status).toBe(200);
  const [row] = await db.sql`SELECT unreachable_since IS NOT NULL AS unreachable FROM repositories WHERE id = ${id}`;
  expect(row).toEqual({ unreachable: true });
}

test.each([
  ["by the event that tells of it", "repository", "transferred"],
  ["by any other event", "star", "created"],
])(
  "a repository that left the organization, as is found out %s, has no members and is read no more",
  async (_how, event, action) => {
    const name = `leaves-by-${event}`;
    const { onGitHub, id, session } = await leaving(name);
    onGitHub.transfer("elsewhere");
    await deliver(event, github.payloads.repository(onGitHub, action));
    await expectLeft(id, session, name);
    const before = requestsAbout(onGitHub, name).length;
    const sha = await onGitHub.commit({ files: { b: "b" } });
    await deliver("push", await github.payloads.push(onGitHub, { branch: "main", before: null, after: sha }));
    await deliver("team", github.payloads.team("deleted"));
    await sync(id);
    await refresh(id);
    expect(requestsAbout(onGitHub, name)).toHaveLength(before);
    expect((await commits(id)).map((commit) => commit.sha)).not.toContain(sha);
    await expectLeft(id, session, name);
  },
);

test("an answer of GitHub that shows another owner is enough", async () => {
  const { onGitHub, id, session } = await leaving("silent");
  onGitHub.transfer("elsewhere");
  await sync(id);
  await expectLeft(id, session, "silent");
});

test("a commit that waits for its files while its repository leaves isn't fetched, nor tried again", async () => {
  const { onGitHub, id } = await leaving("halfway");
  const blocked = github.fail({ match: `/repositories/${onGitHub.id}`, status: 403 });
  const sha = await onGitHub.commit({ files: { b: "b" } });
  await github.deliver("push", await github.payloads.push(onGitHub, { branch: "main", before: null, after: sha }));
  await until(async () => blocked.hits() > 0);
  onGitHub.transfer("elsewhere");
  blocked.clear();
  await idleAfterFailures();
  expect((await commits(id)).find((commit) => commit.sha === sha)).toMatchObject({ status: "errored", size: null });
  expect(github.fetches("halfway").filter((fetch) => JSON.stringify(fetch).includes(sha))).toEqual([]);
});

test("a repository that left takes no name, and gives up its own to whoever has it in the organization", async () => {
  const { onGitHub, id } = await leaving("handed-on");
  onGitHub.transfer("elsewhere");
  await deliver("repository", github.payloads.repository(onGitHub, "transferred"));
  const successor = await added("handed-on");
  onGitHub.rename("taken-elsewhere");
  await deliver("repository", github.payloads.repository(onGitHub, "renamed"));
  expect(await nameOf(successor.id)).toBe("handed-on");
  expect(await nameOf(id)).toBe(`handed-on~${onGitHub.id}`);
});

test("a repository that comes back has its members again; what was told before doesn't take them", async () => {
  const { onGitHub, id } = await leaving("boomerang");
  const before = await members(id);
  onGitHub.transfer("elsewhere");
  const left = github.payloads.repository(onGitHub, "transferred");
  await deliver("repository", left);
  expect(await members(id)).toEqual({});
  onGitHub.transfer("acme");
  await deliver("repository", github.payloads.repository(onGitHub, "transferred"));
  expect(await members(id)).toEqual(before);
  const [row] = await db.sql`SELECT unreachable_since, transferred_to FROM repositories WHERE id = ${id}`;
  expect(row).toEqual({ unreachable_since: null, transferred_to: null });
});

test("two repositories that GitHub calls alike don't take the name from each other for ever", async () => {
  const one = await added("alike");
  const two = await added("alike-2");
  const answer = { id: two.onGitHub.id, name: "alike", owner: { login: "acme" }, description: null, default_branch: "main" };
  github.fail({ match: `/repositories/${two.onGitHub.id}`, status: 200, body: JSON.stringify(answer) });
  const before = github.requests().length;
  await deliver("repository", { action: "renamed", repository: { id: two.onGitHub.id, name: "alike" } });
  await sync(one.id);
  await sync(two.id);
  await refresh(two.id);
  expect(github.requests().length - before).toBeLessThan(40);
  expect((await get("/v1/repositories/alike")).status).toBe(200);
  expect(await jobs.dead()).toEqual([]);
});

test("three that passed their names on in a ring end with GitHub's names when one of them is read again", async () => {
  const ring = [await added("ring-a"), await added("ring-b"), await added("ring-c")] as const;
  for (const { onGitHub } of ring) onGitHub.rename(`${onGitHub.name}-parked`);
  for (const [index, { onGitHub }] of ring.entries()) onGitHub.rename(["ring-b", "ring-c", "ring-a"][index] ?? "");
  await refresh(ring[0].id);
  expect(await Promise.all(ring.map(({ id }) => nameOf(id)))).toEqual(["ring-b", "ring-c", "ring-a"]);
});

test("one whose name another one has and that GitHub doesn't know any more goes with its files; without such another it is marked", async () => {
  const gone = await added("replaced");
  const goneSha = (await gone.onGitHub.head()) ?? "";
  await gone.onGitHub.delete();
  const replacing = await add({ name: "replaced", files: { b: "another" } });
  await jobs.idle();
  expect(await nameOf(gone.id)).toBeUndefined();
  expect(isStored("replaced", goneSha)).toBe(false);
  expect(isStored("replaced", (await replacing.onGitHub.head()) ?? "")).toBe(true);
  replacing.onGitHub.setAppAccess(false);
  await refresh(replacing.added.id);
  const [row] = await db.sql`SELECT unreachable_since IS NOT NULL AS marked FROM repositories WHERE id = ${replacing.added.id}`;
  expect(row).toEqual({ marked: true });
});

test("a repository without a name of its own is shown as well as any other, and has its commits fetched when it has one again", async () => {
  const { onGitHub, id } = await added("nameless");
  const other = await added("wants-nameless");
  const blocked = github.fail({ match: `/repositories/${onGitHub.id}`, status: 502 });
  onGitHub.rename("named-again");
  other.onGitHub.rename("nameless");
  await github.deliver("repository", github.payloads.repository(other.onGitHub, "renamed"));
  await until(async () => (await nameOf(id)) === `nameless~${onGitHub.id}`);
  const name = encodeURIComponent(`nameless~${onGitHub.id}`);
  for (const path of ["", "/branches", "/branches/main"])
    expect((await get(`/v1/repositories/${name}${path}`)).status).toBe(200);
  blocked.clear();
  await untilTriedAgain(async () => (await nameOf(id)) === "named-again");
  await idleAfterFailures();
});
