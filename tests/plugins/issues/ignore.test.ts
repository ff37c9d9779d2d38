import { expect, test } from "bun:test";
import fc from "fast-check";
import { json, serviceToken, signIn } from "../../../testing/factories";
import { issue, manifest, type TestRepository, useIssuesWorld } from "./issues-world";

const world = await useIssuesWorld();
const { server, github, admin, worker } = world;
const { db, jobs } = server.app;
const plugins = ["cocov/one"];
const badges = await serviceToken(server, admin);

interface Shown {
  id: number;
  uid: string;
  ignored?: { ignore_source: string; ignored_by: { name: string; avatar: string | null }; reason: string | null };
}

/** A commit whose checks have begun, with active issues of these uids. */
async function commitWith(repository: TestRepository, uids: readonly string[]): Promise<string> {
  const files = { "app.rb": crypto.randomUUID(), ".cocov.yaml": manifest(plugins) };
  const { sha } = await repository.push({ files });
  await repository.begin(sha);
  await repository.put(
    sha,
    uids.map((uid) => issue(uid)),
    "cocov/one",
  );
  return sha;
}

/** A repository with one such commit. */
async function found(name: string, uids: readonly string[], { completed = true } = {}) {
  const repository = await world.repository(name);
  const sha = await commitWith(repository, uids);
  if (completed) await repository.finish(sha, plugins);
  await jobs.idle();
  const issuesOf = async (commit = sha) =>
    (await repository.get<{ issues: Shown[] }>(`/commits/${commit}/issues?state=all&per_page=100`)).issues;
  const idOf = async (uid: string, commit = sha) => (await issuesOf(commit)).find((one) => one.uid === uid)?.id ?? 0;
  const call = async (method: string, uid: string, body?: object, token = admin, commit = sha) =>
    await server.request(method, `/v1/repositories/${name}/commits/${commit}/issues/${await idOf(uid, commit)}/ignore`, {
      token,
      body,
    });
  return {
    repository,
    sha,
    issuesOf,
    call,
    ignore: (uid: string, body: object = { mode: "ephemeral" }, commit = sha) => call("POST", uid, body, admin, commit),
    unignore: (uid: string, commit = sha) => call("DELETE", uid, undefined, admin, commit),
    counts: async () => {
      const [row] = await db.sql`
        SELECT c.issues_count AS commit, b.issues AS branch, r.issue_ignore_rules_count AS rules
          FROM commits c JOIN repositories r ON r.id = c.repository_id LEFT JOIN branches b ON b.head_id = c.id
         WHERE c.sha = ${sha}`;
      return row;
    },
    statuses: async () => {
      await jobs.idle();
      return github.statuses({ sha }).map(({ state, description }) => `${state}: ${description}`);
    },
  };
}
const shown = (answer: Response) => json<Shown>(answer, 200);
const refusal = async (answer: Response) => {
  const { code }: { code: string } = await answer.json();
  return `${answer.status} ${code}`;
};

test("an issue that is ignored in its commit says by whom and why, and everything that is counted follows", async () => {
  const { ignore, unignore, counts, statuses, repository } = await found("counted", ["a", "b"]);
  const before = (await statuses()).length;
  expect((await shown(await ignore("a", { mode: "ephemeral", reason: "False positive" }))).ignored).toEqual(
    expect.objectContaining({
      ignore_source: "user",
      ignored_by: { name: "root", avatar: expect.anything() },
      reason: "False positive",
    }),
  );
  expect(await counts()).toEqual({ commit: 1, branch: 1, rules: 0 });
  await ignore("b");
  expect(await counts()).toEqual({ commit: 0, branch: 0, rules: 0 });
  expect(await repository.history("main")).toEqual([2, 1, 0]);
  expect(await shown(await unignore("a"))).not.toHaveProperty("ignored");
  expect(await counts()).toEqual({ commit: 1, branch: 1, rules: 0 });
  expect(await repository.history("main")).toEqual([2, 1, 0, 1]);
  const sent = await statuses();
  expect(sent.length).toBeGreaterThan(before);
  expect(sent).toContainEqual(expect.stringMatching(/^failure: .*1 issue/));
});

test("what changes nothing leaves no trace", async () => {
  const { ignore, unignore, repository } = await found("unchanged", ["a"]);
  expect(await shown(await unignore("a"))).not.toHaveProperty("ignored");
  const first = await shown(await ignore("a", { mode: "ephemeral", reason: "one" }));
  for (const mode of ["ephemeral", "permanent"]) expect(await shown(await ignore("a", { mode, reason: "two" }))).toEqual(first);
  expect(await repository.history("main")).toEqual([1, 0]);
  const acts = await db.sql`SELECT action FROM audit_log WHERE repository = 'unchanged' AND action LIKE 'issue.%'`;
  expect(acts.map(({ action }) => action)).toEqual(["issue.ignored"]);
});

test("while checks run, counts follow and neither history nor status", async () => {
  const { ignore, counts, statuses, repository } = await found("running", ["a", "b"], { completed: false });
  const before = await statuses();
  await ignore("a");
  expect(await counts()).toEqual({ commit: 1, branch: 1, rules: 0 });
  expect([await repository.history("main"), await statuses()]).toEqual([[], before]);
});

test("a rule ignores what arrives later, leaves other commits alone, is retired by one who wants the issue back, and can be revived", async () => {
  const { repository, ignore, unignore, issuesOf, counts, sha: first } = await found("ruled", ["a", "b"]);
  const second = await commitWith(repository, ["a", "b"]);
  const ofRule = { mode: "permanent", reason: "Never" };
  expect((await shown(await ignore("a", ofRule, first))).ignored).toMatchObject({ ignore_source: "rule", reason: "Never" });
  const ignoredIn = async (sha: string) => (await issuesOf(sha)).filter(({ ignored }) => ignored).map(({ uid }) => uid);
  expect([await ignoredIn(first), await ignoredIn(second)]).toEqual([["a"], []]);
  const third = await commitWith(repository, ["a", "b", "A"]);
  expect(await ignoredIn(third)).toEqual(["a"]);
  expect((await counts())?.rules).toBe(1);

  await unignore("a", third);
  expect([await ignoredIn(first), await ignoredIn(third)]).toEqual([["a"], []]);
  expect((await counts())?.rules).toBe(0);
  expect(await ignoredIn(await commitWith(repository, ["a"]))).toEqual([]);

  const revived = await shown(await ignore("a", { mode: "permanent", reason: "Again" }, second));
  expect(revived.ignored?.reason).toBe("Again");
  expect((await counts())?.rules).toBe(1);
  expect(await ignoredIn(await commitWith(repository, ["a"]))).toEqual(["a"]);
});

test("a rule in force is taken as it is", async () => {
  const { repository, ignore, sha } = await found("taken", ["a"]);
  const other = await commitWith(repository, ["a"]);
  await ignore("a", { mode: "permanent", reason: "First" }, sha);
  expect((await shown(await ignore("a", { mode: "permanent", reason: "Second" }, other))).ignored?.reason).toBe("First");
});

test("who was deleted is shown as a ghost", async () => {
  const login = "leaver";
  const { call, issuesOf, repository } = await found("haunted", ["a", "b"]);
  repository.onGitHub.setCollaborator(github.addUser({ login }), "read");
  const token = await signIn(server, github, login);
  await server.request("POST", "/v1/repositories/haunted/settings/sync-github", { token: admin });
  await jobs.idle();
  for (const [uid, mode] of [
    ["a", "ephemeral"],
    ["b", "permanent"],
  ] as const)
    expect((await shown(await call("POST", uid, { mode }, token))).ignored?.ignored_by.name).toBe(login);
  const [user] = await db.sql`SELECT id FROM users WHERE login = ${login}`;
  expect((await server.request("DELETE", `/v1/admin/users/${user?.id}`, { token: admin })).status).toBe(204);
  expect((await issuesOf()).map(({ ignored }) => ignored?.ignored_by)).toEqual(Array(2).fill({ name: "ghost", avatar: null }));
});

test.each([
  ["a\r\nb\r\n", {}, "a\nb\n"],
  ["a\r\nb\n", {}, "a\r\nb\n"],
  ["a\r\nb", { keep_line_breaks: true }, "a\r\nb"],
  ["", {}, null],
])("the reason %j with %j is kept as %j", async (reason, options, kept) => {
  const { ignore } = await found(`reason-${crypto.randomUUID().slice(0, 8)}`, ["a"]);
  expect((await shown(await ignore("a", { mode: "ephemeral", reason, ...options }))).ignored?.reason).toBe(kept);
});

test("refusals come in their order", async () => {
  const { call, sha } = await found("refused", ["a"]);
  const stranger = await signIn(server, github, "stranger");
  expect(await refusal(await call("POST", "a", { mode: "ephemeral" }, badges))).toBe("403 auth.forbidden");
  expect(await refusal(await call("POST", "a", { mode: "nonsense" }, stranger))).toBe("404 not_found");
  expect(await refusal(await call("POST", "a", {}))).toBe("400 issues.invalid_ignore_mode");
  expect(await refusal(await call("POST", "a", { mode: "user" }))).toBe("400 issues.invalid_ignore_mode");
  const path = `/v1/repositories/refused/commits/${sha}/issues`;
  const other = (await (await found("neighbour", ["x"])).issuesOf())[0]?.id;
  for (const id of [0, "12abc", other]) {
    for (const method of ["POST", "DELETE"]) {
      const body = method === "POST" ? { mode: "ephemeral" } : undefined;
      expect(await refusal(await server.request(method, `${path}/${id}/ignore`, { token: admin, body }))).toBe("404 not_found");
    }
  }
  expect((await call("DELETE", "a", undefined, worker)).status).toBe(200);
});

test("whatever people do at once, counts are those of the issues and rules", async () => {
  const { repository, ignore, unignore, counts, sha } = await found("at-once", ["a", "b", "c"]);
  const other = await commitWith(repository, ["a", "b", "c"]);
  const act = fc.record({
    uid: fc.constantFrom("a", "b", "c"),
    commit: fc.constantFrom(sha, other),
    what: fc.constantFrom("ephemeral", "permanent", "back"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 2, maxLength: 8 }), async (acts) => {
      const answers = await Promise.all([
        ...acts.map(({ uid, commit, what }) => (what === "back" ? unignore(uid, commit) : ignore(uid, { mode: what }, commit))),
        repository.put(other, [issue(crypto.randomUUID())], "cocov/one"),
      ]);
      expect(answers.map(({ status }) => status).filter((status) => status >= 300)).toEqual([]);
      const [real] = await db.sql`
        SELECT (SELECT count(*)::int FROM issues i JOIN commits c ON c.id = i.commit_id WHERE c.sha = ${sha} AND ignored_at IS NULL) AS commit,
               (SELECT count(*)::int FROM issue_ignore_rules WHERE repository_id = ${repository.id} AND retired_at IS NULL) AS rules`;
      expect(await counts()).toMatchObject(real ?? {});
    }),
    { numRuns: 12 },
  );
});
