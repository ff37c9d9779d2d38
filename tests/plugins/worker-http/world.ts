import { afterAll } from "bun:test";
import { copyFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createRepository, serviceToken, signIn } from "../../../testing/factories";
import { type GitHubStandIn, type Repository, startGitHub } from "../../../testing/github";
import { type TestServer, useTestServer } from "../../../testing/server";

export interface Leased {
  lease: { id: string; expires_at: string };
  job: {
    check_set_id: number;
    job_id: string;
    org: string;
    repo: string;
    repo_id: number;
    sha: string;
    checks: { plugin: string; envs: Record<string, string> | null; mounts: null }[];
    git_storage: { mode: string; path: string };
  };
  archive: { url: string; sha256: string; size: number };
}

/** A server with a repository whose first commit's run is the only one that waits. */
export interface WorkerWorld {
  readonly server: TestServer;
  readonly github: GitHubStandIn;
  readonly onGitHub: Repository;
  /** Session of a platform admin, and a service token. */
  readonly admin: string;
  readonly token: string;
  readonly repositoryId: number;
  /** Removes what waits, and queues as many runs of made-up commits. @returns their job ids, in order */
  queueRuns(count: number): Promise<string[]>;
  /** Runs the checks of the repository's first commit again, and takes that run. */
  leaseRun(): Promise<Leased>;
  /** Asks for a job. */
  ask(body?: Record<string, unknown>, on?: TestServer): Promise<Response>;
  /** Asks for a job that has to be there. */
  lease(body?: Record<string, unknown>, on?: TestServer): Promise<Leased>;
  post(path: string, body?: Record<string, unknown>): Promise<Response>;
  /** Lets the lease of a job run out. */
  runOut(jobId: string): Promise<void>;
  /** Runs the periodic task now. */
  endLostRuns(): Promise<void>;
}

export const manifest = `version: "0.1.alpha"
checks:
  - plugin: cocov/todo-comments:v1
    envs: { LEVEL: "high" }
  - plugin: cocov/tidy-lines:v1
`;

/** @param files of the repository's first commit, besides its manifest */
export async function useWorkerWorld(files: Record<string, string> = { "main.c": "int main() {}\n" }): Promise<WorkerWorld> {
  const github = await startGitHub({ org: "acme" });
  afterAll(() => github.stop());
  const server = await useTestServer({ env: github.environment() });
  const admin = await signIn(server, github, "ada");
  const token = await serviceToken(server, admin);
  const { onGitHub, repository } = await createRepository(server, github, token, {
    name: "api",
    files: { ".cocov.yaml": manifest, ...files },
  });
  const { sql } = server.app.db;

  const post = (path: string, body: Record<string, unknown> = {}, on = server) =>
    fetch(`${on.url}${path}`, {
      method: "POST",
      headers: { authorization: `bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const ask = (body: Record<string, unknown> = {}, on = server) => post("/v1/worker/leases", { worker: "w", ...body }, on);

  const world: WorkerWorld = {
    server,
    github,
    onGitHub,
    admin,
    token,
    repositoryId: repository.id,
    ask,
    post,
    async lease(body, on) {
      const answer = await ask(body, on);
      if (answer.status !== 200) throw new Error(`no job: ${answer.status} ${await answer.text()}`);
      return await answer.json();
    },
    async leaseRun() {
      await sql`DELETE FROM worker_jobs`;
      const sha = await onGitHub.head();
      await sql`
        INSERT INTO check_sets (commit_id, status) SELECT id, 'canceled' FROM commits WHERE sha = ${sha}
        ON CONFLICT (commit_id) DO UPDATE SET status = 'canceled', transport = NULL`;
      const again = await server.request("POST", `/v1/repositories/api/commits/${sha}/checks/re_run`, { token: admin });
      if (again.status !== 204) throw new Error(`no re-run: ${again.status} ${await again.text()}`);
      await server.app.jobs.idle();
      return await world.lease();
    },
    async queueRuns(count) {
      await sql`DELETE FROM worker_jobs`;
      await sql`DELETE FROM check_sets WHERE status = 'queued'`;
      const archive = await anyArchive(server);
      const rows = await sql<{ sha: string; jobId: string }[]>`
        WITH made AS (
          INSERT INTO commits (repository_id, sha, author_name, author_email, message, clone_status)
          SELECT ${repository.id}, encode(sha256((random()::text || n)::bytea), 'hex')::varchar(40), 'Ada', 'ada@example.org', 'm', 'completed'
            FROM generate_series(1, ${count}) n RETURNING id, sha),
        sets AS (
          INSERT INTO check_sets (commit_id, status, job_id, transport, started_at, queued_at)
          SELECT id, 'queued', gen_random_uuid()::text, 'worker-http', now(), now() FROM made RETURNING id, commit_id, job_id),
        opened AS (
          INSERT INTO checks (check_set_id, position, plugin_name, image_reference)
          SELECT id, 0, 'cocov/boom', 'cocov/boom:v1' FROM sets),
        queued AS (
          INSERT INTO worker_jobs (job_id, commit_id) SELECT job_id, commit_id FROM sets ORDER BY id RETURNING id, job_id, commit_id)
        SELECT made.sha, queued.job_id AS "jobId" FROM queued JOIN made ON made.id = queued.commit_id ORDER BY queued.id`;
      for (const { sha } of rows) {
        const copy = join(dirname(archive), `${sha}.tar.zst`);
        await copyFile(archive, copy);
        await copyFile(`${archive}.shasum`, `${copy}.shasum`);
      }
      return rows.map(({ jobId }) => jobId);
    },
    async runOut(jobId) {
      await sql`UPDATE worker_jobs SET leased_until = now() - interval '1 second' WHERE job_id = ${jobId}`;
    },
    async endLostRuns() {
      const job = server.app.plugins.flatMap(({ parts }) => parts.jobs ?? []);
      const task = job.find(({ definition }) => definition.name === "worker-http.end_lost_runs");
      if (!task) throw new Error("the periodic task is gone");
      await server.app.db.transaction((tx) => server.app.jobs.enqueue(tx, task.definition, {}));
      // Hundreds of runs have statuses to post.
      await server.app.jobs.idle(100_000);
    },
  };
  return world;
}

async function anyArchive(server: TestServer): Promise<string> {
  for await (const path of new Bun.Glob("git_storage/*/*.tar.zst").scan({ cwd: server.dataDir, absolute: true })) return path;
  throw new Error("the repository's first commit wasn't stored");
}
