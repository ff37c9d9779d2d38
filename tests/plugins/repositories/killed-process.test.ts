import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processCommit } from "../../../plugins/repositories/jobs/process-commit";
import { repositoryFolder } from "../../../plugins/storage/names";
import { addRepository, serviceToken, signIn } from "../../../testing/factories";
import { startGitHub } from "../../../testing/github";
import { startTestServer, testEnvironment, useTestServer } from "../../../testing/server";
import { repositoriesOnly } from "./world/repository-world";

// Processes take seconds to start on a busy machine.
setDefaultTimeout(40_000);

const github = await startGitHub();
afterAll(() => github.stop());
const jobTiming = { poll: 0.1, upkeep: 0.1, stale: 1, lease: 1, lost: 1, abortGrace: 0.1 };
const web = await useTestServer({ env: { ...github.environment(), COCOV_ROLE: "web" }, config: repositoriesOnly });
const { db, jobs } = web.app;
await db.sql`CREATE TABLE heard (id bigint GENERATED ALWAYS AS IDENTITY, event text NOT NULL, subject bigint NOT NULL)`;
const token = await serviceToken(web, await signIn(web, github, "root"));

/** Starts a process that works on the jobs of the web server. @param dataDir of its machine */
function startWorkingProcess(dataDir = web.dataDir): Bun.Subprocess {
  const env = {
    ...testEnvironment(web.databaseUrl, dataDir, github.environment()),
    COCOV_GIT_SERVICE_LOCAL_STORAGE_PATH: join(web.dataDir, "git_storage"),
    COCOV_ROLE: "jobs",
    COCOV_SIDEKIQ_PROBE_PORT: "0",
  };
  const program = join(import.meta.dir, "world/killed-process.ts");
  return Bun.spawn([process.execPath, program, JSON.stringify({ env, config: repositoriesOnly, jobTiming })], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "inherit",
  });
}

async function until(met: () => Promise<boolean>): Promise<void> {
  while (!(await met())) await Bun.sleep(10);
}

test("a commit whose process was killed while it fetched is fetched by the next one", async () => {
  await github.addRepository({ name: "api", files: { "a.txt": "a".repeat(100_000) } });
  const hanging = github.fail({ match: "/acme/api.git/git-upload-pack", hang: true });
  const { id } = await addRepository(web, token, "api");
  const commit = async () =>
    (
      await db.sql<{ id: number; sha: string; status: string }[]>`
      SELECT id, sha::text, clone_status AS status FROM commits WHERE repository_id = ${id}`
    )[0];

  const doomed = startWorkingProcess();
  await until(async () => hanging.hits() > 0);
  expect((await commit())?.status).toBe("in_progress");
  doomed.kill("SIGKILL");
  await doomed.exited;
  hanging.clear();

  const next = await startTestServer({
    env: { ...github.environment(), COCOV_ROLE: "jobs", COCOV_SIDEKIQ_PROBE_PORT: "0" },
    config: repositoriesOnly,
    databaseUrl: web.databaseUrl,
    dataDir: web.dataDir,
    jobTiming,
  });
  try {
    await jobs.idle();
  } finally {
    await next.stop();
  }
  const fetched = await commit();
  expect(fetched?.status).toBe("completed");
  expect((await readdir(join(web.dataDir, "git_storage", repositoryFolder("api")))).toSorted()).toEqual([
    `${fetched?.sha}.tar.zst`,
    `${fetched?.sha}.tar.zst.shasum`,
  ]);
  const told = await db.sql<{ event: string }[]>`SELECT event FROM heard WHERE subject = ${fetched?.id ?? 0} ORDER BY id`;
  expect(told.map(({ event }) => event)).toEqual(["registered", "moved", "fetched"]);
  expect(await jobs.dead()).toEqual([]);
});

test("a commit is fetched once, however many ask for it and however many processes on several machines work on that", async () => {
  const onGitHub = await github.addRepository({ name: "asked-for", files: { "a.txt": "a".repeat(100_000) } });
  const { id } = await addRepository(web, token, "asked-for");
  const head = (await onGitHub.head()) ?? "";
  const [commit] = await db.sql<{ id: number }[]>`
    INSERT INTO commits (repository_id, sha, author_name, author_email, message) VALUES (${id}, ${head}, '', '', '') RETURNING id`;
  const payload = () => ({ commitId: commit?.id ?? 0, repositoryId: id, fetchId: crypto.randomUUID() });
  await db.transaction((tx) => jobs.enqueueAll(tx, processCommit, Array.from({ length: 9 }, payload)));

  const machines = await Promise.all([1, 2, 3].map(() => mkdtemp(join(tmpdir(), "cocov-machine-"))));
  const processes = machines.map((dataDir) => startWorkingProcess(dataDir));
  try {
    await jobs.idle();
  } finally {
    for (const child of processes) child.kill("SIGKILL");
    await Promise.all(processes.map(({ exited }) => exited));
    for (const dataDir of machines) await rm(dataDir, { recursive: true, force: true });
  }
  expect(github.fetches("asked-for").map(({ wants }) => wants)).toEqual([[head]]);
  // Each is answered, besides the one that adding the repository brought.
  expect(await db.sql`SELECT FROM heard WHERE event = 'fetched' AND subject = ${commit?.id ?? 0}`).toHaveLength(10);
});
