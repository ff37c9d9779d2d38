import { json } from "../../../testing/factories";
import type { PushedCommit, PushOptions, Repository } from "../../../testing/github";
import { type TestPlatform, type TestPlatformOptions, useTestPlatform } from "../../../testing/test-platform";

/** A platform, and repositories that coverage is uploaded for. */
export interface CoverageWorld {
  readonly platform: TestPlatform;
  readonly admin: string;
  repository(name: string): Promise<CoveredRepository>;
}

/** A repository with what tests of coverage do to it. */
export interface CoveredRepository {
  readonly id: number;
  readonly token: string;
  readonly onGitHub: Repository;
  push(options?: PushOptions): Promise<PushedCommit>;
  /** Tells the platform that a branch came to a commit, and waits until that has been worked on. */
  move(sha: string, branch?: string): Promise<void>;
  /** Uploads as reporters do; what follows from it may still go on. @param headers besides those that say who and what */
  upload(commit_sha: unknown, data: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Uploads, and waits until that has been worked on. */
  cover(sha: string, data: unknown): Promise<void>;
  /** A GET below the repository. */
  ask(path: string): Promise<Response>;
  /** @returns its answer, which must be 200 */
  get<T>(path: string): Promise<T>;
  /** @returns the history entries of a branch, oldest first */
  history(branch: string): Promise<number[]>;
}

/** @returns a text as uploads have it @param hex bytes of line data, `31 30 1E` */
export const lines = (hex: string): string => Buffer.from(hex.replaceAll(" ", ""), "hex").toString("base64");

/** A manifest with this section, and excluded paths. */
export const manifest = (coverage: unknown, exclude_paths: readonly string[] = []): string =>
  JSON.stringify({ version: "0.1.alpha", coverage, exclude_paths });

/** Starts everything for all tests of the calling file. */
export async function useCoverageWorld(options: TestPlatformOptions = {}): Promise<CoverageWorld> {
  const platform = await useTestPlatform(options);
  const admin = await platform.admin();
  return {
    platform,
    admin,
    async repository(name) {
      const { onGitHub, repository } = await platform.createRepository({ name });
      const { id, token } = repository;
      const ask = (path: string) => platform.request("GET", `/v1/repositories/${name}${path}`, { token: admin });
      const upload: CoveredRepository["upload"] = (commit_sha, data, headers = {}) =>
        fetch(`${platform.url}/v1/reports`, {
          method: "POST",
          headers: { authorization: `token ${token}`, "content-type": "application/json", ...headers },
          body: JSON.stringify({ commit_sha, data }),
        });
      return {
        id,
        token,
        onGitHub,
        // Two repositories would have the same commit, when both are pushed the same in one second.
        push: (pushed) => platform.push(onGitHub, { message: `For ${name}`, ...pushed }),
        async move(sha, branch = "main") {
          const payload = await platform.github.payloads.push(onGitHub, { branch, before: null, after: sha });
          await platform.github.deliver("push", payload, { to: `${platform.url}/v1/github/events` });
          await platform.idle();
        },
        upload,
        async cover(sha, data) {
          const answer = await upload(sha, data);
          if (answer.status !== 204) throw new Error(`the upload wasn't taken: ${await answer.text()}`);
          await platform.idle();
        },
        ask,
        get: async (path) => await json(await ask(path), 200),
        async history(branch) {
          const rows = await platform.db.sql<{ percentage: number }[]>`
            SELECT h.percentage FROM coverage_histories h JOIN branches b ON b.id = h.branch_id
             WHERE b.repository_id = ${id} AND b.name = ${branch} ORDER BY h.id`;
          return rows.map(({ percentage }) => percentage);
        },
      };
    },
  };
}
