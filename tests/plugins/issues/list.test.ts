import { expect, test } from "bun:test";
import { signIn } from "../../../testing/factories";
import { statementsOf } from "../../../testing/statements";
import { issue, useIssuesWorld } from "./issues-world";

const world = await useIssuesWorld();
const { server, worker, admin } = world;
const { sql } = server.app.db;
const repository = await world.repository("widgets");
const member = await signIn(server, world.github, "ada");

interface Listed {
  issues: { id: number; uid: string; ignored?: unknown }[];
  paging: { page: number; total_pages: number; next_page?: string; prev_page?: string }[];
}
const newCommit = async () => (await repository.push({ files: { "app.rb": `# ${crypto.randomUUID()}\n` } })).sha;
const list = (sha: string, query = "") => repository.get<Listed>(`/commits/${sha}/issues${query}`);
const uids = async (sha: string, query = "") => (await list(sha, query)).issues.map(({ uid }) => uid);

/** Marks an issue as ignored by a user in this commit only. */
async function ignore(uid: string, login: string, reason: string | null = null): Promise<void> {
  await sql`
    UPDATE issues SET ignored_at = '2023-03-01T10:00:00.120Z', ignore_source = 'user', ignore_user_reason = ${reason},
           ignore_user_id = (SELECT id FROM users WHERE login = ${login})
     WHERE uid = ${uid}`;
}

const ask = (path: string, token = admin) => server.request("GET", path, { token });
const codeOf = async (answer: Response) => {
  const { code }: { code?: string } = await answer.json();
  return [answer.status, code];
};

test("active issues are listed unless another state is asked for", async () => {
  const sha = await newCommit();
  await repository.put(sha, [issue("state-1"), issue("state-2"), issue("state-3")]);
  await ignore("state-2", "root");
  expect(await uids(sha)).toEqual(["state-1", "state-3"]);
  expect(await uids(sha, "?state=active")).toEqual(["state-1", "state-3"]);
  expect(await uids(sha, "?state=ignored")).toEqual(["state-2"]);
  expect(await uids(sha, "?state=all")).toEqual(["state-1", "state-2", "state-3"]);
  expect(await uids(sha, "?state=&category=&source=")).toEqual(["state-1", "state-3"]);
});

test("source and category narrow the list, together with the state", async () => {
  const sha = await newCommit();
  await repository.put(sha, [issue("n1", { kind: "style" }), issue("n2")], "cocov/one:v1");
  await repository.put(sha, [issue("n3", { kind: "style" }), issue("n4")], "cocov/two:v1");
  await ignore("n3", "root");
  expect(await uids(sha, "?source=cocov/one")).toEqual(["n1", "n2"]);
  expect(await uids(sha, "?source=cocov%2Ftwo&state=all")).toEqual(["n3", "n4"]);
  expect(await uids(sha, "?category=style")).toEqual(["n1"]);
  expect(await uids(sha, "?category=style&state=all&source=cocov/two")).toEqual(["n3"]);
  expect(await uids(sha, "?source=cocov/one:v1")).toEqual([]);
  expect(await uids(sha, "?source=' OR true --")).toEqual([]);
});

test("paging is a list of one block, and pages follow the order of registration without overlap", async () => {
  const sha = await newCommit();
  expect((await list(sha)).paging).toEqual([{ page: 1, total_pages: 0 }]);
  const sent = Array.from({ length: 60 }, (_, n) => `p${(n * 37) % 60}`);
  await repository.put(
    sha,
    sent.map((uid) => issue(uid)),
  );
  const pages = await Promise.all([1, 2, 3, 4].map((page) => list(sha, `?category=bug&page=${page}`)));
  expect(pages.map(({ issues }) => issues.length)).toEqual([25, 25, 10, 0]);
  expect(pages.flatMap(({ issues }) => issues.map(({ uid }) => uid))).toEqual(sent);
  const address = `${server.url}/v1/repositories/widgets/commits/${sha}/issues`;
  expect(pages[1]?.paging).toEqual([
    { prev_page: `${address}?page=1&category=bug`, next_page: `${address}?page=3&category=bug`, page: 2, total_pages: 3 },
  ]);
});

test("an ignored issue tells who ignores it, since when and why", async () => {
  const sha = await newCommit();
  await repository.put(sha, [issue("by-user"), issue("silent")]);
  await ignore("by-user", "root", "not now");
  await ignore("silent", "nobody");
  const root = { name: "root", avatar: expect.stringContaining("/avatars/") };
  const { issues } = await list(sha, "?state=all");
  expect(issues.map(({ ignored }) => ignored)).toEqual([
    { ignore_source: "user", ignored_at: "2023-03-01T10:00:00.120Z", ignored_by: root, reason: "not now" },
    {
      ignore_source: "user",
      ignored_at: "2023-03-01T10:00:00.120Z",
      ignored_by: { name: "ghost", avatar: null },
      reason: null,
    },
  ]);
});

test("an issue ignored by a rule shows the rule's author and reason", async () => {
  await sql`
    INSERT INTO issue_ignore_rules (repository_id, user_id, uid, reason, check_source, kind, file, line_start, line_end, message)
    SELECT ${repository.id}, (SELECT id FROM users WHERE login = author), uid, 'generated', 's', 'bug', 'f', 1, 1, 'm'
      FROM (VALUES ('ruled', 'ada'), ('orphaned', 'nobody')) AS rule (uid, author)`;
  const sha = await newCommit();
  await repository.put(sha, [issue("ruled"), issue("orphaned")]);
  const { issues } = await list(sha, "?state=ignored");
  const rule = {
    ignore_source: "rule",
    ignored_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/),
    reason: "generated",
  };
  expect(issues.map(({ ignored }) => ignored)).toEqual([
    { ...rule, ignored_by: expect.objectContaining({ name: "ada" }) },
    { ...rule, ignored_by: { name: "ghost", avatar: null } },
  ]);
});

test("100 issues take as many statements as one", async () => {
  const [small, large] = [await newCommit(), await newCommit()];
  await repository.put(small, [issue("only")]);
  await ignore("only", "root");
  await repository.put(
    large,
    Array.from({ length: 100 }, (_, n) => issue(`many-${n}`, { file: `${n % 60}.rb` })),
  );
  await ignore("many-7", "root");
  await ignore("many-8", "ada");
  const statements = (sha: string) => statementsOf(server, () => list(sha, "?state=all&per_page=100"));
  const forOne = await statements(small);
  expect(forOne).toBeGreaterThan(3);
  expect(await statements(large)).toBe(forOne);
});

test("unknown categories and states are refused", async () => {
  const sha = await newCommit();
  const path = `/v1/repositories/widgets/commits/${sha}/issues`;
  for (const query of ["category=smell", "category=Bug", "category=bug,style"]) {
    expect(await codeOf(await ask(`${path}?${query}`))).toEqual([400, "issues.invalid_kind"]);
  }
  for (const query of ["state=open", "state=ALL"]) {
    expect(await codeOf(await ask(`${path}?${query}`))).toEqual([400, "issues.invalid_state"]);
  }
  expect(await codeOf(await ask(`${path}?state=open&category=smell`))).toEqual([400, "issues.invalid_kind"]);
});

test("a repository or commit that isn't there, or that one may not see, is not found, whatever else is wrong", async () => {
  const sha = await newCommit();
  const missing = ["/v1/repositories/nothing/commits/", "/v1/repositories/widgets/commits/0"].map((path) => `${path}${sha}`);
  for (const base of missing) {
    for (const rest of ["?category=smell", "/sources", "/categories", "/states"]) {
      expect(await codeOf(await ask(`${base}/issues${rest}`))).toEqual([404, "not_found"]);
    }
  }
  expect(await codeOf(await ask(`/v1/repositories/widgets/commits/${sha}/issues`, member))).toEqual([404, "not_found"]);
  expect((await ask(`/v1/repositories/widgets/commits/${sha}/issues`, worker)).status).toBe(200);
});
