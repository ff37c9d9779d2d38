import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { forgetDeletedBranches } from "../../../plugins/repositories/branch-heads";
import { pushed } from "../../../testing/factories";
import { useRepositoryWorld } from "./world/repository-world";

setDefaultTimeout(30_000);

const { github, server, db, jobs, add, heads, heard, commits, until } = await useRepositoryWorld();
const { onGitHub: api, added } = await add({ name: "api", files: { a: "a" } });
await jobs.idle();

/** Commits that have been processed, so that being pushed again costs nothing. */
const pool: string[] = [];
for (const text of ["1", "2", "3"]) pool.push((await pushed(server, github, api, { branch: "pool", files: { b: text } })).sha);

// Numbers that a test hands out instead of the order of arrival, by delivery id.
await db.sql`CREATE TABLE numbers (delivery_id text PRIMARY KEY, number bigint NOT NULL)`;
await db.sql.unsafe(`
  CREATE FUNCTION number_as_told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    NEW.id := coalesce((SELECT number FROM numbers n WHERE n.delivery_id = NEW.delivery_id), NEW.id);
    RETURN NEW;
  END $$;
  CREATE TRIGGER number_as_told BEFORE INSERT ON github_deliveries FOR EACH ROW EXECUTE FUNCTION number_as_told();
  -- What deliveries say counts here, not what is read from GitHub because of them.
  CREATE FUNCTION keep_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RETURN CASE WHEN NEW.name IN ('repositories.update_permissions', 'repositories.refresh', 'repositories.move_archives') THEN NULL ELSE NEW END;
  END $$;
  CREATE TRIGGER keep_off BEFORE INSERT ON core_jobs FOR EACH ROW EXECUTE FUNCTION keep_off()`);

afterEach(() => jobs.idle());

interface Told {
  event: string;
  payload: object;
}

const pushOf = (branch: string, sha: string, parts: object = {}, moment: object = {}): Told => ({
  event: "push",
  payload: {
    ref: `refs/heads/${branch}`,
    deleted: false,
    repository: { id: api.id, ...moment },
    head_commit: { id: sha, message: "Message", author: { name: "Eve", email: "eve@example.org" } },
    after: sha,
    ...parts,
  },
});
const deletingPushOf = (branch: string): Told => ({
  event: "push",
  payload: { ref: `refs/heads/${branch}`, deleted: true, repository: { id: api.id }, head_commit: null },
});
const deletionOf = (branch: string): Told => ({
  event: "delete",
  payload: { ref: branch, ref_type: "branch", repository: { id: api.id } },
});
const renamingTo = (name: string): Told => ({
  event: "repository",
  payload: { action: "renamed", repository: { id: api.id, name } },
});
const editingTo = (description: string): Told => ({
  event: "repository",
  payload: { action: "edited", changes: { description: {} }, repository: { id: api.id, description, default_branch: "main" } },
});

let lastNumber = 1_000_000;

/** Has deliveries that arrived in the order of the list handled in another one. @param order indices of the list */
async function handle(arrived: readonly Told[], order: readonly number[]): Promise<void> {
  const first = lastNumber + 1;
  lastNumber += arrived.length;
  for (const index of order) {
    const told = arrived[index];
    if (!told) continue;
    const id = crypto.randomUUID();
    await db.sql`INSERT INTO numbers VALUES (${id}, ${first + index})`;
    await github.deliver(told.event, told.payload, { id });
    await until(
      async () => (await db.sql`SELECT FROM github_deliveries WHERE delivery_id = ${id} AND state = 'processed'`).length === 1,
    );
  }
}

const inOrder = (arrived: readonly Told[]) => handle(arrived, [...arrived.keys()]);

async function shown() {
  const [row] = await db.sql<{ name: string; description: string | null }[]>`
    SELECT name::text, description FROM repositories WHERE id = ${added.id}`;
  return { branches: await heads(added.id), ...row };
}

test("whatever the order in which deliveries are handled, branch, name and description end as the last ones to arrive say", async () => {
  const branch = "any";
  const tellings = fc.oneof(
    fc.constantFrom(...pool).map((sha) => ({ told: pushOf(branch, sha), says: { branch: sha } })),
    fc.constantFrom(deletionOf(branch), deletingPushOf(branch)).map((told) => ({ told, says: { branch: null } })),
    fc.constantFrom("one", "Two", "three").map((name) => ({ told: renamingTo(name), says: { name } })),
    fc.constantFrom("first", "second").map((description) => ({ told: editingTo(description), says: { description } })),
  );
  const scenes = fc.array(tellings, { minLength: 2, maxLength: 6 }).chain((arrived) =>
    fc.record({
      arrived: fc.constant(arrived),
      order: fc.shuffledSubarray([...arrived.keys()], { minLength: arrived.length }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(scenes, async ({ arrived, order }) => {
      const before = await shown();
      await handle(
        arrived.map(({ told }) => told),
        order,
      );
      const wanted: { branch?: string | null; name?: string; description?: string } = Object.assign(
        {},
        ...arrived.map(({ says }) => says),
      );
      const after = await shown();
      expect(after.name).toBe(wanted.name ?? before.name ?? "");
      expect(after.description).toBe(wanted.description ?? before.description ?? null);
      const head = wanted.branch === undefined ? before.branches[branch] : wanted.branch;
      expect(after.branches[branch] ?? null).toBe(head ?? null);
    }),
    { numRuns: 30 },
  );
  await inOrder([renamingTo("api")]);
});

const [older = "", newer = "", newest = ""] = pool;

test("a branch that was deleted stays so when its push is handled later; the commit is registered and processed all the same", async () => {
  const sha = await api.commit({ branch: "short", files: { c: "c" } });
  await handle([pushOf("short", sha), deletionOf("short")], [1, 0]);
  await jobs.idle();
  expect(await heads(added.id)).not.toHaveProperty("short");
  expect((await commits(added.id)).find((commit) => commit.sha === sha)).toMatchObject({ status: "completed" });
});

test("branches that are pushed and deleted at once are gone, however their deliveries are handled", async () => {
  const names = Array.from({ length: 20 }, (_, index) => `brief-${index}`);
  await Promise.all(
    names.map(async (name) => {
      for (const told of [pushOf(name, older), deletionOf(name)]) await github.deliver(told.event, told.payload);
    }),
  );
  await jobs.idle();
  expect(Object.keys(await heads(added.id)).filter((name) => name.startsWith("brief-"))).toEqual([]);
});

test("deletions are forgotten after three days, not before", async () => {
  await inOrder([deletionOf("yesterday's"), deletionOf("last week's")]);
  await db.sql`UPDATE deleted_branches SET updated_at = now() - interval '73 hours' WHERE name = 'yesterday''s'`;
  await db.sql`UPDATE deleted_branches SET updated_at = now() - interval '7 days' WHERE name = 'last week''s'`;
  await forgetDeletedBranches(db);
  const left = await db.sql<{ name: string }[]>`SELECT name FROM deleted_branches`;
  expect(left.map(({ name }) => name)).toContain("yesterday's");
  expect(left.map(({ name }) => name)).not.toContain("last week's");
});

test("a push that arrives late, as its own time tells, registers its commit and leaves the head", async () => {
  const sha = await api.commit({ branch: "elsewhere", files: { d: "d" } });
  await inOrder([pushOf("late", newest, {}, { pushed_at: 2000 }), pushOf("late", sha, {}, { pushed_at: 1999 })]);
  await jobs.idle();
  expect(await heads(added.id)).toMatchObject({ late: newest });
  const [commit] = (await commits(added.id)).filter((one) => one.sha === sha);
  expect(commit).toMatchObject({ status: "completed" });
  expect(await heard(commit?.id ?? 0)).not.toContain("moved");
});

test("of two pushes in one second the one that the other builds on is the older one", async () => {
  const [first, second] = [{ pushed_at: 3000 }, { pushed_at: 3000 }];
  const one = pushOf("second", older, { before: "0".repeat(40) }, first);
  const two = pushOf("second", newer, { before: older.toUpperCase() }, second);
  await inOrder([two, one]);
  expect(await heads(added.id)).toMatchObject({ second: newer });
});

test("a branch that goes and comes back within a second is back", async () => {
  const zero = "0".repeat(40);
  await inOrder([pushOf("again", older, { before: zero }, { pushed_at: 4000 }), deletingPushOf("again")]);
  expect(await heads(added.id)).not.toHaveProperty("again");
  await inOrder([pushOf("again", older, { before: zero }, { pushed_at: 4000 })]);
  expect(await heads(added.id)).toMatchObject({ again: older });
});

test.each([
  ["no time", {}],
  ["text instead of a number", { pushed_at: "soon" }],
  ["half a second", { pushed_at: 5.5 }],
])("a push with %s counts by its arrival", async (_what, moment) => {
  const branch = `counts-${JSON.stringify(moment).length}`;
  await inOrder([pushOf(branch, newest, {}, { pushed_at: 5000 }), pushOf(branch, older, {}, moment)]);
  expect(await heads(added.id)).toMatchObject({ [branch]: older });
});

test("a default branch that was there before the platform is initialized when it becomes the default, and a deleted one when it is back", async () => {
  const sha = await api.commit({ branch: "trunk", files: { e: "e" } });
  await inOrder([deletionOf("trunk")]);
  await api.update({ defaultBranch: "trunk" });
  const payload = github.payloads.repository(api, "edited", { default_branch: { from: "main" } });
  await inOrder([{ event: "repository", payload }]);
  await jobs.idle();
  expect(await heads(added.id)).toMatchObject({ trunk: sha });
});
