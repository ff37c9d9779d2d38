import { expect, test } from "bun:test";
import { addRepository, pushed } from "../../../testing/factories";
import { zeroSha } from "../../../testing/github";
import { useRepositoryWorld } from "./world/repository-world";

const { github, server, db, jobs, service, commits, heads, heard } = await useRepositoryWorld();
const api = await github.addRepository({ name: "api" });
const added = await addRepository(server, service, "api");
await jobs.idle();

/** Delivers an event and waits for all that follows. */
async function deliver(event: string, payload: object, id?: string): Promise<void> {
  expect((await github.deliver(event, payload, id === undefined ? {} : { id })).status).toBe(200);
  await jobs.idle();
}

/** A push of a commit that GitHub's git needn't have, with parts replaced. */
const pushOf = (sha: string, parts: object = {}, head: object | null = {}) => ({
  ref: "refs/heads/main",
  deleted: false,
  repository: { id: api.id },
  head_commit: head && { id: sha, message: "Message", author: { name: "Eve", email: "eve@example.org" }, ...head },
  ...parts,
});

const commitOf = async (sha: string | null) => (await commits(added.id)).find((commit) => commit.sha === sha);

test("a push creates the commit and the branch, and has the commit processed", async () => {
  const { sha } = await pushed(server, github, api, {
    branch: "feat/x",
    files: { a: "a" },
    message: "Say ‘hello’ 🐛",
    author: { name: "Eve", email: "Eve@Example.org" },
  });
  expect(await heads(added.id)).toMatchObject({ "feat/x": sha });
  const commit = await commitOf(sha);
  expect(commit).toMatchObject({ author: "Eve", email: "Eve@Example.org", status: "completed", size: expect.any(Number) });
  expect(commit?.message.trim()).toBe("Say ‘hello’ 🐛");
  expect(await heard(commit?.id ?? 0)).toEqual(["registered", "moved", "fetched"]);
});

test("the next push moves the branch; the commit it moved from stays", async () => {
  const first = await pushed(server, github, api, { branch: "walk", files: { a: "1" } });
  const second = await pushed(server, github, api, { branch: "walk", files: { a: "2" } });
  expect(await heads(added.id)).toMatchObject({ walk: second.sha });
  expect(await commitOf(first.sha)).toMatchObject({ status: "completed" });
});

test("one commit on two branches is one commit", async () => {
  const { sha } = await pushed(server, github, api, { branch: "one", files: { b: "b" } });
  await deliver("push", await github.payloads.push(api, { branch: "two", before: null, after: sha }));
  expect(await heads(added.id)).toMatchObject({ one: sha, two: sha });
  expect((await commits(added.id)).filter((commit) => commit.sha === sha)).toHaveLength(1);
});

test("branches that differ in case are two, and so are names that look alike", async () => {
  const upper = await pushed(server, github, api, { branch: "Fix", files: { c: "1" } });
  const lower = await pushed(server, github, api, { branch: "fix", files: { c: "2" } });
  expect(await heads(added.id)).toMatchObject({ Fix: upper.sha, fix: lower.sha });
});

test("one delivery sent twice, one after the other or at once, acts once", async () => {
  const sha = await api.commit({ branch: "twice", files: { d: "d" } });
  const payload = await github.payloads.push(api, { branch: "twice", before: null, after: sha });
  const id = crypto.randomUUID();
  await Promise.all([deliver("push", payload, id), deliver("push", payload, id)]);
  await deliver("push", payload, id);
  const commit = await commitOf(sha);
  expect(await heard(commit?.id ?? 0)).toEqual(["registered", "moved", "fetched"]);
});

test("deliveries that are handled out of order leave the newest head", async () => {
  const shas = [];
  for (const text of ["1", "2", "3"]) shas.push(await api.commit({ branch: "order", files: { e: text } }));
  const [first = "", second = "", third = ""] = shas;
  // A lock on the oldest commit's row to be: its delivery is handled last.
  const blocked = Promise.withResolvers<void>();
  const { promise: locked, resolve: isLocked } = Promise.withResolvers<void>();
  const blocking = db.transaction(async (tx) => {
    await tx.sql`
      INSERT INTO commits (repository_id, sha, message, author_name, author_email)
      VALUES (${added.id}, ${first}, '', '', '')`;
    isLocked();
    await blocked.promise;
  });
  await locked;
  await github.deliver("push", await github.payloads.push(api, { branch: "order", before: null, after: first }));
  await github.deliver("push", await github.payloads.push(api, { branch: "order", before: first, after: second }));
  while ((await heads(added.id)).order !== second) await Bun.sleep(5);
  await github.deliver("push", await github.payloads.push(api, { branch: "order", before: second, after: third }));
  while ((await heads(added.id)).order !== third) await Bun.sleep(5);
  blocked.resolve();
  await blocking;
  await jobs.idle();
  expect(await heads(added.id)).toMatchObject({ order: third });
  expect(await commitOf(first)).toMatchObject({ status: "completed" });
});

test("a branch that was set back and forth stays where the last delivery put it", async () => {
  const [one, two] = [
    await api.commit({ branch: "forth", files: { f: "1" } }),
    await api.commit({ branch: "forth", files: { f: "2" } }),
  ];
  const at = (sha: string) => github.payloads.push(api, { branch: "forth", before: null, after: sha });
  await deliver("push", await at(one));
  const [latest] = await db.sql<{ sequence: number }[]>`SELECT head_sequence AS sequence FROM branches WHERE name = 'forth'`;
  await deliver("push", await at(one));
  const [later] = await db.sql<{ sequence: number }[]>`SELECT head_sequence AS sequence FROM branches WHERE name = 'forth'`;
  expect(later?.sequence).toBeGreaterThan(latest?.sequence ?? 0);
  await deliver("push", await at(two));
  expect(await heads(added.id)).toMatchObject({ forth: two });
  const told = await heard((await commitOf(one))?.id ?? 0);
  expect(told.filter((event) => event === "moved")).toHaveLength(1);
});

test("texts that GitHub leaves empty or out are empty", async () => {
  const sha = await api.commit({ branch: "blank", files: { g: "g" } });
  for (const [branch, head] of [
    ["null-texts", { message: null, author: { name: null, email: null } }],
    ["no-author", { message: undefined, author: null }],
    ["no-parts", { message: "", author: {} }],
  ] as const) {
    await db.sql`DELETE FROM commits WHERE sha = ${sha}`;
    await deliver("push", pushOf(sha, { ref: `refs/heads/${branch}` }, head));
    expect(await commitOf(sha)).toMatchObject({ message: "", author: "", email: "" });
    expect(await heads(added.id)).toMatchObject({ [branch]: sha });
  }
});

test("the author's verified address links the commit to its user, whatever its case", async () => {
  await db.sql`UPDATE user_emails SET email = 'linked@example.org'`;
  const { sha } = await pushed(server, github, api, { branch: "linked", author: { name: "R", email: "Linked@Example.ORG" } });
  const [row] = await db.sql<{ login: string }[]>`
    SELECT u.login::text FROM commits c JOIN users u ON u.id = c.user_id WHERE c.sha = ${sha}`;
  expect(row?.login).toBe("root");
});

test("a SHA is stored in lower case", async () => {
  const sha = await api.commit({ branch: "upper", files: { h: "h" } });
  await deliver("push", pushOf(sha.toUpperCase(), { ref: "refs/heads/upper" }));
  expect(await commitOf(sha)).toMatchObject({ status: "completed" });
});

test("texts with U+0000, half a character and endless length are stored as well as can be", async () => {
  const sha = await api.commit({ branch: "odd", files: { i: "i" } });
  const long = Array.from({ length: 5000 }, (_, index) => index.toString(36)).join("");
  const author = { name: "E\0ve \ud800", email: `${long}@example.org` };
  await deliver("push", pushOf(sha, { ref: "refs/heads/odd" }, { message: `\0${"m".repeat(100_000)}`, author }));
  expect(await commitOf(sha)).toMatchObject({ author: "E\uFFFDve \uFFFD", email: `${long}@example.org` });
  expect((await commitOf(sha))?.message).toHaveLength(100_001);
});

const good = "0123456789abcdef0123456789abcdef01234567";
const ignored: [string, object][] = [
  ["a tag", pushOf(good, { ref: "refs/tags/v1" })],
  ["a ref of another kind", pushOf(good, { ref: "refs/pull/1/head" })],
  ["a branch without a name", pushOf(good, { ref: "refs/heads/" })],
  ["a bare name", pushOf(good, { ref: "main" })],
  ["a name with a line break", pushOf(good, { ref: "refs/heads/a\nb" })],
  ["a name with U+0000", pushOf(good, { ref: "refs/heads/a\0b" })],
  ["an endless name", pushOf(good, { ref: `refs/heads/${"x".repeat(10_000)}` })],
  ["no ref", pushOf(good, { ref: null })],
  ["a deleted tag", pushOf(good, { ref: "refs/tags/main", deleted: true }, null)],
  ["a branch deleted elsewhere", pushOf(good, { deleted: true, repository: { id: 1 } }, null)],
  ["no commit", pushOf(good, {}, null)],
  ["no commit at all", pushOf(good, { head_commit: undefined })],
  ["an abbreviated SHA", pushOf("0123456")],
  ["a SHA with an option", pushOf(`--upload-pack=x ${good}`)],
  ["a SHA with a line break", pushOf(`${good}\n`)],
  ["a SHA that isn't hexadecimal", pushOf("g".repeat(40))],
  ["a SHA of 41 digits", pushOf(`${good}a`)],
  ["a number as SHA", pushOf(good, {}, { id: 12 })],
  ["a repository nobody added", pushOf(good, { repository: { id: 1 } })],
  ["no repository", pushOf(good, { repository: null })],
  ["nothing", {}],
];
test.each(ignored)("a push of %s changes nothing", async (_what, payload) => {
  const before = JSON.stringify([await commits(added.id), await heads(added.id)]);
  await deliver("push", payload);
  expect(JSON.stringify([await commits(added.id), await heads(added.id)])).toBe(before);
  expect(await jobs.dead()).toEqual([]);
});

test("a 64-digit SHA is a commit", async () => {
  // GitHub has no such repository: its fetch fails, which isn't the point here.
  const sha = good.padEnd(64, "a");
  await github.deliver("push", pushOf(sha, { ref: "refs/heads/sha256" }));
  while ((await commitOf(sha))?.status !== "errored") await Bun.sleep(10);
  expect(await heads(added.id)).toMatchObject({ sha256: sha });
  await db.sql`DELETE FROM core_jobs`;
});

test("deleting a branch takes it away and leaves its commits", async () => {
  const { sha } = await pushed(server, github, api, { branch: "doomed", files: { j: "j" } });
  await api.deleteBranch("doomed");
  await deliver("delete", github.payloads.delete(api, "Doomed"));
  expect(await heads(added.id)).toMatchObject({ doomed: sha });
  await deliver("delete", github.payloads.delete(api, "doomed"));
  expect(Object.keys(await heads(added.id))).not.toContain("doomed");
  expect(await commitOf(sha)).toMatchObject({ status: "completed" });
});

test.each([
  ["a tag's", { ref: "main2", ref_type: "tag" }],
  ["an unknown repository's", { ref: "main2", ref_type: "branch", repository: { id: 1 } }],
  ["no ref", { ref: null, ref_type: "branch" }],
  ["a full ref", { ref: "refs/heads/main2", ref_type: "branch" }],
])("a deletion of %s deletes no branch", async (_what, parts) => {
  const { sha } = await pushed(server, github, api, { branch: "main2" });
  await deliver("delete", { ...github.payloads.delete(api, "main2"), ...parts });
  expect(await heads(added.id)).toMatchObject({ main2: sha });
});

test("a deletion that is handled after the branch came back doesn't take it away again", async () => {
  const { sha } = await pushed(server, github, api, { branch: "back", files: { k: "k" } });
  await db.sql`UPDATE branches SET head_sequence = head_sequence + 1000000 WHERE name = 'back'`;
  await deliver("delete", github.payloads.delete(api, "back"));
  expect(await heads(added.id)).toMatchObject({ back: sha });
});

test("the push that deletes a branch does so, with or without the event that tells of it as well", async () => {
  const { sha } = await pushed(server, github, api, { branch: "swept", files: { l: "l" } });
  const payload = await github.payloads.push(api, { branch: "swept", before: sha, after: null });
  expect(payload).toMatchObject({ after: zeroSha, deleted: true, head_commit: null });
  for (const [event, told] of [
    ["push", payload],
    ["delete", github.payloads.delete(api, "swept")],
  ] as const) {
    await deliver(event, told);
    expect(Object.keys(await heads(added.id))).not.toContain("swept");
  }
});
