import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createApp } from "../../../../core/app/app";
import { projectRoot } from "../../../../core/app/installation";
import { clockFinding } from "../../../../core/services/doctor/clock-finding";
import { examine } from "../../../../core/services/doctor/examine";
import { wantedEvents, wantedPermissions } from "../../../../plugins/github/wanted-of-app";
import { repositoryFolder } from "../../../../plugins/storage/names";
import { json } from "../../../../testing/factories";
import { testEnvironment } from "../../../../testing/server";
import { useTestPlatform } from "../../../../testing/test-platform";
import { runToEnd } from "../../../support/command";

setDefaultTimeout(30_000);

const platform = await useTestPlatform();
const { db } = platform;
const env = { ...testEnvironment(platform.databaseUrl, platform.dataDir, platform.github.environment()) };
const { onGitHub, repository } = await platform.createRepository({ name: "shop", files: { "a.txt": "1\n" } });
const old = await platform.push(onGitHub, { files: { "a.txt": "2\n" } });
const head = await platform.push(onGitHub, { files: { "a.txt": "3\n" } });
const archive = (sha: string) => join(platform.dataDir, "git_storage", repositoryFolder("shop"), `${sha}.tar.zst`);

/** @returns what a doctor finds in this process, by name */
async function doctor({
  fix = false,
  full = false,
  more = {},
}: {
  fix?: boolean;
  full?: boolean;
  more?: Record<string, string>;
} = {}) {
  const app = await createApp({ command: true, env: { ...env, ...more }, config: {} });
  try {
    const look = { fix, full, signal: new AbortController().signal, show: () => undefined };
    const examined = await examine(app.services.doctor.checks(), look);
    return new Map(examined.map(({ name, plugin, finding, fixed }) => [name, { plugin, fixed, ...finding }]));
  } finally {
    await app.stop();
  }
}

test("a platform in order has nothing failing, and every check says what it looked at", async () => {
  platform.github.sendWebhooksTo(`${platform.url}/v1/github/events`);
  const found = await doctor({ full: true });
  const failing = [...found].filter(([, { state }]) => state === "failing");
  expect(failing).toEqual([]);
  expect(Object.fromEntries([...found].map(([name, { plugin }]) => [name, plugin]))).toMatchObject({
    database: "core",
    "database-clock": "core",
    migrations: "core",
    keys: "core",
    jobs: "core",
    disk: "core",
    "github-app": "github",
    "github-webhooks": "github",
    "github-clock": "github",
    storage: "storage",
    archives: "repositories",
  });
  expect(found.get("archives")).toMatchObject({
    state: "ok",
    summary: "3 archives of 1 repositories were compared with their commits.",
  });
  expect(found.get("github-app")).toMatchObject({ state: "ok" });
});

test("storage and rows are compared both ways and set right: heads are fetched, others when needed, what is nobody's goes", async () => {
  for (const { sha } of [old, head]) await rm(`${archive(sha)}.shasum`);
  const stray = "a".repeat(40);
  await writeFile(archive(stray), "x");
  const nobodys = join(platform.dataDir, "git_storage", repositoryFolder("gone"));
  await mkdir(nobodys);
  await writeFile(join(nobodys, `${stray}.tar.zst`), "x");
  await writeFile(join(nobodys, "operators-own"), "x");

  const before = (await doctor()).get("archives");
  expect(before).toMatchObject({ state: "warning", fixed: null });
  expect(before?.summary).toContain("2 commits are said to be stored and have no whole archive");
  expect(before?.summary).toContain("1 archives belong to no commit. 1 folders belong to no repository.");
  expect(await Bun.file(archive(stray)).exists()).toBe(true);

  const after = (await doctor({ fix: true })).get("archives");
  expect(after).toMatchObject({ fixed: "2 commits are to be fetched again, 1 archives and 1 folders were deleted." });
  expect(await Bun.file(archive(stray)).exists()).toBe(false);
  expect(await Bun.file(join(nobodys, `${stray}.tar.zst`)).exists()).toBe(false);
  expect(await Bun.file(join(nobodys, "operators-own")).exists()).toBe(true);
  const rows =
    await db.sql`SELECT sha::text, clone_status AS status, evicted_at IS NOT NULL AS evicted FROM commits ORDER BY id`;
  expect([...rows]).toMatchObject([
    { status: "completed" },
    { sha: old.sha, status: "queued", evicted: true },
    { sha: head.sha, status: "queued", evicted: false },
  ]);
  const [sizes] =
    await db.sql`SELECT commits_size AS size, (SELECT sum(clone_size)::int FROM commits) AS sum FROM repositories`;
  expect(sizes?.size).toBe(sizes?.sum);
});

test("nothing is deleted when storage and database don't seem to belong together", async () => {
  const elsewhere = join(platform.dataDir, "other_storage");
  await mkdir(elsewhere, { mode: 0o700 });
  await db.sql`
    INSERT INTO commits (repository_id, sha, author_name, author_email, message, clone_status)
    SELECT ${repository.id}, lpad(n::text, 40, '0'), 'A', 'a@example.org', 'm', 'completed' FROM generate_series(1, 30) n`;
  const found = (await doctor({ fix: true, more: { COCOV_GIT_SERVICE_LOCAL_STORAGE_PATH: elsewhere } })).get("archives");
  expect(found).toMatchObject({ state: "failing", fixed: null });
  expect(found?.remedy).toContain("mounted");
  await db.sql`DELETE FROM commits WHERE message = 'm'`;
});

test("GitHub's side is compared with what the documentation asks for", async () => {
  const page = (await readFile(join(projectRoot, "docs/github-app.md"), "utf8")).toLowerCase();
  for (const name of [...wantedEvents, ...Object.keys(wantedPermissions)]) {
    const called = name === "statuses" ? "commit statuses" : name.replaceAll("_", " ");
    expect(page).toContain(called);
  }
  const answering = async (match: string, body: object, check: string) => {
    const fault = platform.github.fail({
      match,
      status: 200,
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    });
    const found = (await doctor()).get(check);
    fault.clear();
    return found;
  };
  const app = { permissions: { ...wantedPermissions, statuses: "read" }, events: ["push"] };
  const lacking = await answering("/app", app, "github-app");
  expect(lacking).toMatchObject({ state: "failing" });
  expect(lacking?.summary).toContain("lacks the permissions statuses: write. It isn't subscribed to delete, repository,");
  const installation = { permissions: {}, events: [], account: { login: "acme" }, suspended_at: null };
  expect((await answering("/app/installations/*", installation, "github-app"))?.summary).toContain("hasn't accepted");
  const others = { ...installation, account: { login: "else" } };
  expect((await answering("/app/installations/*", others, "github-app"))?.summary).toContain("is else's");
  const hook = { url: "https://cocov.example.org/elsewhere", content_type: "form", insecure_ssl: "0" };
  const webhook = await answering("/app/hook/config", hook, "github-webhooks");
  expect(webhook).toMatchObject({ state: "failing" });
  expect(webhook?.summary).toContain(
    "its path isn't /v1/github/events; its content type isn't application/json; it has no secret",
  );
});

test("GitHub that can't be reached fails its own checks only", async () => {
  const down = platform.github.fail({ status: 503 });
  const found = await doctor();
  down.clear();
  expect(found.get("github-app")).toMatchObject({ state: "failing" });
  expect(found.get("archives")?.state).not.toBe("failing");
});

test("clocks may differ by a little", () => {
  expect(clockFinding("GitHub", 4000, 0).state).toBe("ok");
  expect(clockFinding("GitHub", -20_000, 1000)).toMatchObject({
    state: "warning",
    summary: "This machine's clock is 19 s ahead of that of GitHub.",
  });
  expect(clockFinding("GitHub", 120_000, 1000)).toMatchObject({
    state: "failing",
    summary: "This machine's clock is 119 s behind that of GitHub.",
  });
});

test("values that no key reads, or that were moved to another row, are found", async () => {
  const token = await platform.admin();
  for (const name of ["ONE", "TWO"]) {
    await json(await platform.request("POST", "/v1/secrets", { token, body: { name, data: name } }), 201);
  }
  const other = { COCOV_CRYPTOGRAPHIC_KEY: "e".repeat(32) };
  const blind = (await doctor({ more: other })).get("keys");
  expect(blind).toMatchObject({ state: "failing" });
  expect(blind?.summary).toMatch(/2 values of secrets\.secure_data under the key [0-9a-f]{8} can't be read/);
  const previous = { ...other, COCOV_CRYPTOGRAPHIC_PREVIOUS_KEYS: env.COCOV_CRYPTOGRAPHIC_KEY ?? "" };
  expect((await doctor({ more: previous })).get("keys")).toMatchObject({
    state: "warning",
    remedy: "Run `bun run rotate-keys`.",
  });
  // Of the two the newer one is the sample.
  await db.sql`UPDATE secrets SET secure_data = (SELECT secure_data FROM secrets WHERE name = 'TWO') WHERE name = 'ONE'`;
  expect((await doctor()).get("keys")).toMatchObject({ state: "ok" });
  const full = (await doctor({ full: true })).get("keys");
  expect(full).toMatchObject({ state: "failing" });
  expect(full?.summary).toContain("1 values of secrets.secure_data are damaged, or belong to other rows");
});

test("dead, stuck and paused jobs are told of", async () => {
  await db.sql`INSERT INTO core_jobs (name, payload, died_at, last_error) VALUES ('of.yesterday', '{}', now(), 'x')`;
  expect((await doctor()).get("jobs")?.summary).toContain("1 ran out of attempts: of.yesterday (1).");
  await db.sql`DELETE FROM core_jobs WHERE name = 'of.yesterday'`;
  await db.sql`INSERT INTO core_jobs (name, payload, run_at) VALUES ('of.nobody', '{}', now() - interval '1 hour')`;
  await db.sql`INSERT INTO core_processes (id, seen_at) VALUES ('alive', now()) ON CONFLICT (id) DO UPDATE SET seen_at = now()`;
  const stuck = (await doctor()).get("jobs");
  expect(stuck).toMatchObject({ state: "failing" });
  expect(stuck?.summary).toContain("1 jobs have been due for up to 60 minutes");
  await db.sql`DELETE FROM core_jobs WHERE name = 'of.nobody'`;
  await db.sql`INSERT INTO core_paused_jobs (name) VALUES ('github.post_status')`;
  expect((await doctor()).get("jobs")).toMatchObject({ state: "warning" });
  await db.sql`DELETE FROM core_paused_jobs`;
});

test("what is pending, or of another version, is told of", async () => {
  const [row] = await db.sql`DELETE FROM core_migrations WHERE plugin = 'secrets' RETURNING *`;
  expect((await doctor()).get("migrations")?.summary).toContain("secrets/0001_");
  await db.sql`INSERT INTO core_migrations ${db.sql({ ...row })}`;
  await db.sql`INSERT INTO core_migrations (plugin, name, checksum) VALUES ('secrets', '0999_of_tomorrow.sql', 'x')`;
  expect((await doctor()).get("migrations")).toMatchObject({ state: "failing" });
  await db.sql`DELETE FROM core_migrations WHERE name = '0999_of_tomorrow.sql'`;
});

test("bun run doctor: what is down is said first, the rest is looked at, and exit codes tell", async () => {
  const ask = async (more: Record<string, string>) => {
    const { exitCode, stdout, stderr } = await runToEnd("doctor", { args: ["--json"], env: { ...env, ...more } });
    return { exitCode, stderr, checks: JSON.parse(stdout).checks as Record<string, string | null>[] };
  };
  const [down, wrong, fine] = await Promise.all([
    ask({ COCOV_DATABASE_URL: "postgres://ada:hunter2@127.0.0.1:1/cocov" }),
    ask({ COCOV_PORT: "many" }),
    ask({}),
  ]);
  expect(down).toMatchObject({ exitCode: 1, stderr: "" });
  expect(down.checks[0]).toMatchObject({ name: "database", plugin: "core", state: "failing" });
  expect(down.checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["configuration", "disk", "storage", "github-app"]),
  );
  expect(JSON.stringify(down)).not.toContain("hunter2");
  expect(wrong).toMatchObject({ exitCode: 1, checks: [{ name: "configuration", state: "failing" }] });
  expect(fine.exitCode).toBe(fine.checks.some(({ state }) => state === "failing") ? 1 : 0);
  expect(Object.keys(fine.checks[0] ?? {})).toEqual(["name", "plugin", "state", "summary", "remedy"]);
});
