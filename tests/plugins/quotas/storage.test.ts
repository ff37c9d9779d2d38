import { afterAll, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { evictCommits } from "../../../plugins/repositories/eviction/evict-commits";
import { addRepository, json, pushed, serviceToken, signIn } from "../../../testing/factories";
import { type PushOptions, type Repository, startGitHub } from "../../../testing/github";
import { useTestServer } from "../../../testing/server";

/** Commits here take some 30 kB each: a repository may keep two. */
const size = 30_000;
const github = await startGitHub();
afterAll(() => github.stop());
const server = await useTestServer({
  env: { ...github.environment(), COCOV_REPOSITORY_STORAGE_MAX_SIZE: String(2.5 * size), COCOV_COMMIT_RETENTION_DAYS: "30" },
});
const { db, jobs } = server.app;
const admin = await signIn(server, github, "root");
const worker = await serviceToken(server, admin);
const manifest = JSON.stringify({ version: "0.1.alpha", checks: [{ plugin: "cocov/one" }] });

interface Row {
  sha: string;
  status: string;
  size: number | null;
}
interface Usage {
  used: number;
  cache_used: number;
  repositories: { name: string; used: number; cache_used: number; stored_commits: number; next_sha: string | null }[];
  next: Eviction["commits"];
}
interface Eviction {
  dry_run: boolean;
  size: number;
  commits: { repository: string; sha: string; size: number; reason: string }[];
}

async function repository(name: string) {
  const onGitHub = await github.addRepository({ name });
  const repository = await addRepository(server, worker, name);
  await jobs.idle();
  const rows = async () =>
    await db.sql<Row[]>`
      SELECT sha::text, clone_status AS status, clone_size AS size FROM commits WHERE repository_id = ${repository.id} ORDER BY id`;
  return {
    id: repository.id,
    name,
    onGitHub,
    push: (options: PushOptions = {}) => push(onGitHub, options),
    stored: async () => (await rows()).filter(({ status }) => status === "completed").map(({ sha }) => sha),
    rows,
    onDisk: (sha: string) => existsSync(join(server.dataDir, "git_storage", folderOf(name), `${sha}.tar.zst`)),
    used: async () =>
      (await db.sql<{ used: number }[]>`SELECT commits_size AS used FROM repositories WHERE id = ${repository.id}`)[0]?.used,
    shown: (path: string) => server.request("GET", `/v1/repositories/${name}/${path}`, { token: admin }),
  };
}
const folderOf = (name: string) => new Bun.CryptoHasher("sha1").update(name).digest("hex");

async function push(onGitHub: Repository, options: PushOptions): Promise<string> {
  const noise = Buffer.from(crypto.getRandomValues(new Uint8Array(size))).toString("hex");
  return (await pushed(server, github, onGitHub, { ...options, files: { "noise.txt": noise, ...options.files } })).sha;
}
/** Has a periodic job run now, and what follows. */
const periodically = async (name: string) => {
  const all = server.app.plugins.flatMap(({ parts }) => parts.jobs ?? []);
  const job = all.find(({ definition }) => definition.name === name);
  if (!job) throw new Error(`there is no job ${name}`);
  await db.transaction((tx) => jobs.enqueue(tx, job.definition, {}));
  await jobs.idle();
};
const enforce = () => periodically("quotas.enforce");
const storage = async () => await json<Usage>(await server.request("GET", "/v1/admin/storage", { token: admin }), 200);
const evict = (body: object = {}, token = admin) => server.request("POST", "/v1/admin/storage/evict", { token, body });

test("what was stored first goes when a repository takes more than its limit, and what is known of it stays", async () => {
  const api = await repository("api");
  const shas = [await api.push({ message: "The first" }), await api.push(), await api.push(), await api.push()];
  expect(await api.stored()).toEqual(shas.slice(2));
  expect(shas.map(api.onDisk)).toEqual([false, false, true, true]);
  const rows = await api.rows();
  expect(rows.map(({ status, size }) => [status, size === null])).toEqual([
    ["queued", true],
    ["queued", true],
    ["completed", false],
    ["completed", false],
  ]);
  expect(await api.used()).toBe(rows.reduce((sum, row) => sum + (row.size ?? 0), 0));
  const checks = await json<{ commit: { message: string } }>(await api.shown(`commits/${shas[0]}/checks`), 200);
  expect(checks.commit.message).toBe("The first");
});

test("heads of branches stay, however large they are together", async () => {
  const heads = await repository("heads");
  const shas = [];
  for (const branch of ["main", "one", "two", "three"]) shas.push(await heads.push({ branch }));
  expect(await heads.stored()).toEqual(shas);
  const later = await heads.push({ branch: "main" });
  expect(await heads.stored()).toEqual([...shas.slice(1), later]);
});

test("a commit whose checks wait or run stays until they have ended", async () => {
  const busy = await repository("busy");
  const running = await busy.push({ files: { ".cocov.yaml": manifest } });
  await busy.push({ delete: [".cocov.yaml"] });
  const second = await busy.push();
  expect(await busy.stored()).toEqual([running, second]);
  const callback = (method: string, path: string, body?: object) =>
    server.request(method, `/v1/repositories/${busy.id}/commits/${running}${path}`, { token: worker, body });
  await callback("POST", "/check_set/notify_in_progress");
  await callback("PATCH", "/checks", { plugin_name: "cocov/one", status: "completed" });
  expect((await callback("POST", "/checks/wrap_up")).status).toBe(204);
  const last = await busy.push();
  expect(await busy.stored()).toEqual([second, last]);
});

test("what was evicted comes back when somebody needs it, starts no checks, and goes again when it is old", async () => {
  const back = await repository("back");
  const first = await back.push({ files: { "a.txt": "hello", ".cocov.yaml": JSON.stringify({ version: "0.1.alpha" }) } });
  await server.request("PUT", `/v1/repositories/${back.id}/issues`, {
    token: worker,
    body: {
      sha: first,
      source: "cocov/one",
      issues: [{ uid: "u", kind: "bug", file: "a.txt", line_start: 1, line_end: 1, message: "m" }],
    },
  });
  await back.push();
  const last = await back.push();
  expect(await back.stored()).not.toContain(first);
  const setOf = async () => await (await back.shown(`commits/${first}/checks`)).json();
  const before = await setOf();
  expect(await (await back.shown(`commits/${first}/issues`)).text()).toContain("not_downloaded");
  await jobs.idle();
  expect(await back.stored()).toEqual([first, last]);
  expect(await (await back.shown(`commits/${first}/issues`)).text()).toContain("hello");
  expect(await setOf()).toEqual(before);
  await back.push();
  await back.push();
  expect(await back.stored()).not.toContain(first);
});

test("what was evicted isn't fetched again by itself", async () => {
  const quiet = await repository("quiet");
  const gone = await quiet.push();
  await quiet.push();
  await quiet.push();
  await db.sql`UPDATE commits SET updated_at = now() - interval '1 hour' WHERE repository_id = ${quiet.id}`;
  await periodically("repositories.fetch_forgotten");
  expect(await quiet.stored()).not.toContain(gone);
});

test("old commits go by retention, but not while somebody looks at them, and no heads", async () => {
  const old = await repository("old");
  const shas = [await old.push(), await old.push()];
  await db.sql`UPDATE commits SET created_at = now() - interval '31 days' WHERE repository_id = ${old.id}`;
  await enforce();
  expect(await old.stored()).toEqual(shas);
  await db.sql`UPDATE commits SET stored_at = now() - interval '2 hours' WHERE repository_id = ${old.id}`;
  expect((await storage()).next).toEqual([expect.objectContaining({ sha: shas[0], reason: "retention" })]);
  await enforce();
  expect(await old.stored()).toEqual(shas.slice(1));
});

test("files that an interrupted eviction left are deleted by the next attempt; those fetched since stay", async () => {
  const cut = await repository("cut");
  const [left, fetched] = [await cut.push(), await cut.push()];
  const ids = async (sha: string) => (await db.sql<{ id: number }[]>`SELECT id FROM commits WHERE sha = ${sha}`)[0]?.id ?? 0;
  await db.sql`UPDATE commits SET clone_status = 'queued', clone_size = NULL, stored_at = NULL, evicted_at = now() WHERE sha = ${left}`;
  const commitIds = [await ids(left), await ids(fetched)];
  await db.transaction((tx) => jobs.enqueue(tx, evictCommits, { repositoryId: cut.id, commitIds }));
  await jobs.idle();
  expect([cut.onDisk(left), cut.onDisk(fetched)]).toEqual([false, true]);
});

test("admins see what is used, who uses it, and what goes next, and can have it go now", async () => {
  const wide = await repository("wide");
  const first = await wide.push();
  const second = await wide.push();
  await db.sql`UPDATE commits SET created_at = now() - interval '31 days', stored_at = now() - interval '2 hours' WHERE sha = ${first}`;
  const { used, repositories, next } = await storage();
  expect(used).toBe(repositories.reduce((sum, { used }) => sum + used, 0));
  expect(repositories.map(({ used }) => used)).toEqual(repositories.map(({ used }) => used).sort((a, b) => b - a));
  const own = repositories.find(({ name }) => name === "wide");
  expect(own).toMatchObject({ used: await wide.used(), stored_commits: 2, next_sha: first });
  expect(next).toEqual([expect.objectContaining({ sha: first, repository: "wide", reason: "retention" })]);

  const told = await json<{ dry_run: boolean; size: number; commits: unknown[] }>(await evict({ dry_run: true }), 200);
  expect(told).toEqual({ dry_run: true, size: expect.any(Number), commits: next });
  await jobs.idle();
  expect(await wide.stored()).toEqual([first, second]);
  const both = await Promise.all([evict(), evict()]);
  expect(both.map(({ status }) => status)).toEqual([200, 200]);
  await jobs.idle();
  expect(await wide.stored()).toEqual([second]);
  expect(await json<object>(await evict(), 200)).toEqual({ dry_run: false, size: 0, commits: [] });
});

test("what is shown beforehand is what goes, whatever is stored and in which order, and then the limits are kept", async () => {
  const { sql } = db;
  await sql`TRUNCATE repositories RESTART IDENTITY CASCADE`;
  await sql`
    INSERT INTO repositories (name, default_branch, github_id, token, cache_size)
    SELECT 'many-' || n, 'main', 900000 + n, 'crt_many' || n, n FROM generate_series(1, 3) n`;
  // Of each repository 20 commits: some old ones, some that branches stand at, the newest stored first.
  await sql`
    INSERT INTO commits (repository_id, sha, author_name, author_email, message, clone_status, clone_size, created_at, stored_at)
    SELECT r.id, encode(sha256((r.id || '-' || n)::bytea), 'hex'), '', '', '', 'completed', 1500 * (1 + (n * r.id) % 7),
           now() - make_interval(days => CASE WHEN n % 7 = 0 THEN 40 ELSE 1 END), now() - make_interval(hours => 2 + n)
      FROM repositories r, generate_series(1, 20) n`;
  await sql`
    INSERT INTO branches (repository_id, name, head_id) SELECT repository_id, 'b' || id, id FROM commits WHERE id % 6 = 0`;
  await sql`
    UPDATE repositories r SET commits_size = (SELECT sum(clone_size) FROM commits WHERE repository_id = r.id)`;

  const before = await storage();
  expect([before.cache_used, before.repositories.map(({ cache_used }) => cache_used).sort()]).toEqual([6, [1, 2, 3]]);
  const preview = await json<Eviction>(await evict({ dry_run: true }), 200);
  expect(preview.commits.length).toBeGreaterThan(2);
  expect([...new Set(preview.commits.map(({ reason }) => reason))]).toEqual(["retention", "repository"]);
  expect(before.next).toEqual(preview.commits.slice(0, 25));
  for (const { name, next_sha } of before.repositories) {
    expect(next_sha ?? "").toBe(preview.commits.find(({ repository }) => repository === name)?.sha ?? "");
  }
  const gone = async () =>
    (await sql<{ sha: string }[]>`SELECT sha::text FROM commits WHERE clone_status = 'queued' ORDER BY sha`).map(
      ({ sha }) => sha,
    );
  expect(await gone()).toEqual([]);

  expect(await json<Eviction>(await evict(), 200)).toEqual({ ...preview, dry_run: false });
  await jobs.idle();
  expect(await gone()).toEqual(preview.commits.map(({ sha }) => sha).sort());
  const after = await storage();
  expect(after.used).toBe(before.used - preview.size);
  expect(after.next).toEqual([]);
  expect(after.repositories.map(({ used }) => used)).toEqual(after.repositories.map(({ used }) => used).sort((a, b) => b - a));
});

test("nobody else sees or evicts anything", async () => {
  const somebody = await signIn(server, github, "somebody");
  for (const token of [somebody, worker]) {
    const answers = [await server.request("GET", "/v1/admin/storage", { token }), await evict({}, token)];
    expect(answers.map(({ status }) => status)).toEqual([403, 403]);
  }
  expect((await evict({ dry_run: "maybe" })).status).toBe(400);
});
