import { afterAll } from "bun:test";
import { addRepository, json, pushed, serviceToken, signIn } from "../../../testing/factories";
import { type GitHubStandIn, type PushedCommit, type PushOptions, type Repository, startGitHub } from "../../../testing/github";
import { type TestServer, useTestServer } from "../../../testing/server";

/** An issue as it is sent. */
export type SentIssue = Record<string, unknown>;

/** A platform with an administrator, a Worker's token, and a GitHub. */
export interface IssuesWorld {
  readonly server: TestServer;
  readonly github: GitHubStandIn;
  readonly admin: string;
  readonly worker: string;
  /** Adds a repository without files, hence without commits. */
  repository(name: string): Promise<TestRepository>;
}

/** A repository with what tests of issues do to it. */
export interface TestRepository {
  readonly id: number;
  readonly name: string;
  readonly onGitHub: Repository;
  /** Pushes and waits until the commit is stored and its checks are queued. */
  push(options?: PushOptions): Promise<PushedCommit>;
  /** Sends issues as the Worker does. */
  put(sha: string, issues: unknown, source?: string): Promise<Response>;
  /** @returns the answer of a GET below the repository, which must be 200 */
  get<T>(path: string): Promise<T>;
  /** Says, as the Worker does first, that it has the run of a commit. */
  begin(sha: string): Promise<Response>;
  /** Reports each plugin (the image up to its colon), as the Worker does at the end, and wraps up. */
  finish(sha: string, plugins: readonly string[], status?: "completed" | "errored"): Promise<Response>;
  /** @returns quantities of the history entries of a branch, oldest first */
  history(branch: string): Promise<number[]>;
}

/** A manifest with these checks and excluded paths. */
export const manifest = (plugins: readonly string[], excluded: readonly string[] = []): string =>
  JSON.stringify({
    version: "0.1.alpha",
    exclude_paths: excluded,
    checks: plugins.map((plugin) => ({ plugin })),
  });

/** @returns an issue with the given properties; the others have some value */
export const issue = (uid: string, changes: SentIssue = {}): SentIssue => ({
  uid,
  kind: "bug",
  file: "app.rb",
  line_start: 1,
  line_end: 1,
  message: `message of ${uid}`,
  ...changes,
});

/** Starts everything for all tests of the calling file. */
export async function useIssuesWorld(): Promise<IssuesWorld> {
  const github = await startGitHub();
  afterAll(() => github.stop());
  const server = await useTestServer({ env: github.environment() });
  const admin = await signIn(server, github, "root");
  const worker = await serviceToken(server, admin);

  return {
    server,
    github,
    admin,
    worker,
    async repository(name) {
      const onGitHub = await github.addRepository({ name });
      const { id } = await addRepository(server, worker, name);
      await server.app.jobs.idle();
      const asWorker = (method: string, path: string, body?: unknown) =>
        server.request(method, `/v1/repositories/${id}${path}`, { token: worker, body });
      return {
        id,
        name,
        onGitHub,
        push: (options) => pushed(server, github, onGitHub, options),
        put: (sha, issues, source = "cocov/rubocop:v0.1") => asWorker("PUT", "/issues", { sha, source, issues }),
        get: async (path) => await json(await server.request("GET", `/v1/repositories/${name}${path}`, { token: admin }), 200),
        begin: (sha) => asWorker("POST", `/commits/${sha}/check_set/notify_in_progress`),
        async finish(sha, plugins, status = "completed") {
          const commit = `/commits/${sha}`;
          for (const plugin_name of plugins) {
            const report = { plugin_name, status, ...(status === "errored" ? { error_output: "boom" } : {}) };
            await asWorker("PATCH", `${commit}/checks`, report);
          }
          return await asWorker("POST", `${commit}/checks/wrap_up`);
        },
        async history(branch) {
          const rows = await server.app.db.sql<{ quantity: number }[]>`
            SELECT h.quantity FROM issue_histories h JOIN branches b ON b.id = h.branch_id
             WHERE b.repository_id = ${id} AND b.name = ${branch} ORDER BY h.id`;
          return rows.map(({ quantity }) => quantity);
        },
      };
    },
  };
}
