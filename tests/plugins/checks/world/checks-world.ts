import { afterAll } from "bun:test";
import { join } from "node:path";
import { createRepository, json, serviceToken, signIn } from "../../../../testing/factories";
import { type GitHubStandIn, type Repository, startGitHub } from "../../../../testing/github";
import { type TestServer, useTestServer } from "../../../../testing/server";
import { paper } from "./paper-workers";

export { paper };

/** A server with checks whose Workers are played by the test itself. */
export interface ChecksWorld {
  readonly server: TestServer;
  readonly github: GitHubStandIn;
  /** Session of the platform's admin. */
  readonly admin: string;
  /** Service token of the Worker. */
  readonly worker: string;
  /** Makes a repository whose first commit has this manifest (none when null), and waits until it has been processed. */
  commitWith(manifest: string | null, files?: Record<string, string>): Promise<CommitUnderTest>;
  /** The same with a Worker that has taken its run. */
  takenWith(manifest: string): Promise<CommitUnderTest & { jobId: string }>;
  /** A commit that is known here, as it was pushed to a repository. */
  commit(onGitHub: Repository, sha: string): Promise<CommitUnderTest>;
}

/** A commit, and what members and Workers ask and tell about it. */
export interface CommitUnderTest {
  readonly onGitHub: Repository;
  readonly repositoryId: number;
  readonly commitId: number;
  readonly sha: string;
  /** What members see. */
  show(): Promise<ShownChecks>;
  member(method: string, path: string, token?: string): Promise<Response>;
  reRun(): Promise<Response>;
  cancel(): Promise<Response>;
  report(body: unknown): Promise<Response>;
  /** @param body names the run, if the Worker does */
  begin(body?: unknown): Promise<Response>;
  wrapUp(body?: unknown): Promise<Response>;
  /** Takes the run if nobody has, reports every check with a status, then wraps up. */
  finish(status?: string): Promise<void>;
  /** Waits for the jobs, then gives what GitHub was told: state and description, oldest first. */
  statuses(): Promise<{ state: string; description: string | null; target_url: string | null }[]>;
}

export interface ShownChecks {
  readonly commit: { readonly id: number; readonly checks_status: string; readonly issues_count: number | null };
  readonly checks: { id: number; plugin_name: string; status: string; started_at?: string; finished_at?: string }[];
  readonly issues: Record<string, number>;
  readonly status: string;
  readonly failure_reason?: string;
  readonly failure_details?: string;
}

/** A manifest with these plugins and nothing else. */
export const manifestOf = (...plugins: string[]): string =>
  `version: 0.1.alpha\nchecks:\n${plugins.map((plugin) => `  - plugin: ${plugin}\n`).join("")}`;

let made = 0;

/**
 * Starts it for all tests of the calling file.
 * @param env on top of what connects it to GitHub
 * @param load folders of the plugins that play the neighbours
 */
export async function useChecksWorld(
  env: Record<string, string> = {},
  load: readonly string[] = ["paper-workers"],
): Promise<ChecksWorld> {
  paper.reset();
  const github = await startGitHub();
  afterAll(() => github.stop());
  const server = await useTestServer({
    env: { ...github.environment(), COCOV_UI_BASE_URL: "https://ui.example.org", ...env },
    config: {
      plugins: { load: load.map((name) => join(import.meta.dir, name)), disabled: ["issues", "worker-http", "secrets"] },
    },
  });
  const admin = await signIn(server, github, "ada");
  const worker = await serviceToken(server, admin);

  const world: ChecksWorld = {
    server,
    github,
    admin,
    worker,
    takenWith: async (manifest) => {
      const commit = await world.commitWith(manifest);
      return { ...commit, jobId: paper.take(commit.commitId).jobId };
    },
    commit: async (onGitHub, sha) => {
      const [{ id } = { id: 0 }] = await server.app.db.sql<{ id: number }[]>`
        SELECT id FROM repositories WHERE name = ${onGitHub.name}`;
      return await commitUnderTest({ server, github, admin, worker }, onGitHub, id, sha);
    },
    async commitWith(manifest, files = {}) {
      made += 1;
      const { onGitHub, repository } = await createRepository(server, github, admin, {
        name: `repository-${made}`,
        files: { "README.md": "# Hello\n", ...(manifest === null ? {} : { ".cocov.yaml": manifest }), ...files },
        collaborators: { ada: "admin" },
      });
      const sha = (await onGitHub.head()) ?? "";
      return await commitUnderTest({ server, github, admin, worker }, onGitHub, repository.id, sha);
    },
  };
  return world;
}

type Ends = Pick<ChecksWorld, "server" | "github" | "admin" | "worker">;

async function commitUnderTest(
  { server, github, admin, worker }: Ends,
  onGitHub: Repository,
  repositoryId: number,
  sha: string,
): Promise<CommitUnderTest> {
  const byName = `/v1/repositories/${onGitHub.name}/commits/${sha}`;
  const byId = `/v1/repositories/${repositoryId}/commits/${sha}`;
  const show = async () => await json<ShownChecks>(await server.request("GET", `${byName}/checks`, { token: admin }), 200);
  const report = (body: unknown) => server.request("PATCH", `${byId}/checks`, { token: worker, body });
  const wrapUp = (body?: unknown) => server.request("POST", `${byId}/checks/wrap_up`, { token: worker, body });
  const begin = (body?: unknown) => server.request("POST", `${byId}/check_set/notify_in_progress`, { token: worker, body });
  const commitId = (await show()).commit.id;
  return {
    onGitHub,
    repositoryId,
    commitId,
    sha,
    show,
    member: (method, path, token = admin) => server.request(method, `${byName}${path}`, { token }),
    reRun: () => server.request("POST", `${byName}/checks/re_run`, { token: admin }),
    cancel: () => server.request("DELETE", `${byName}/checks`, { token: admin }),
    report,
    begin,
    wrapUp,
    async finish(status = "completed") {
      if (paper.queue.some((run) => run.commitId === commitId)) paper.take(commitId);
      for (const { plugin_name } of (await show()).checks) await report({ plugin_name, status, error_output: "" });
      const answer = await wrapUp();
      if (answer.status !== 204) throw new Error(`wrap-up was answered with ${answer.status}: ${await answer.text()}`);
    },
    async statuses() {
      await server.app.jobs.idle();
      return github
        .statuses({ sha, repository: onGitHub.name })
        .map(({ state, description, target_url }) => ({ state, description, target_url }));
    },
  };
}
