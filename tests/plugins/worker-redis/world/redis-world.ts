import { reconcileRuns } from "../../../../plugins/worker-redis/jobs";
import { type TestPlatform, type TestPlatformOptions, useTestPlatform } from "../../../../testing";
import { type TestRedis, useTestRedis } from "../../../../testing/redis/server";
import { type DeployedWorker, startWorker } from "./deployed-worker";
import { decodeEntry, type Entry } from "./entry";

/** The platform with a Redis, and a deployed Worker that does what a test says. */
export interface RedisWorld {
  readonly platform: TestPlatform;
  readonly redis: TestRedis;
  readonly worker: DeployedWorker;
  readonly token: string;
  /** Makes a repository whose first commit has a manifest; its checks have been handed over when this resolves. */
  commitWith(manifest: string, options?: { before?: (name: string) => Promise<void> }): Promise<CommitInTest>;
  /** Entries on the list, as text, the oldest first. */
  onList(): Promise<string[]>;
  /** Those of a commit. */
  entriesOf(commit: { sha: string; name: string }): Promise<Entry[]>;
  /** Has the periodic comparison with Redis done now, and what follows from it. */
  reconcile(): Promise<void>;
}

export interface CommitInTest {
  readonly name: string;
  readonly sha: string;
  readonly repositoryId: number;
  show(): Promise<{ status: string; checks: { id: number; plugin_name: string; status: string }[]; commit: { id: number } }>;
  status(): Promise<string>;
  output(plugin: string): Promise<string>;
  cancel(): Promise<number>;
  reRun(): Promise<number>;
  /** What GitHub was told, the latest last. */
  told(): Promise<(string | null)[]>;
}

/** A manifest with these plugins and nothing else. */
export const manifestOf = (...plugins: string[]): string =>
  `version: 0.1.alpha\nchecks:\n${plugins.map((plugin) => `  - plugin: "${plugin}"\n`).join("")}`;

let made = 0;

export async function useRedisWorld(options: TestPlatformOptions = {}): Promise<RedisWorld> {
  const redis = await useTestRedis();
  const platform = await useTestPlatform({ ...options, env: { COCOV_REDIS_URL: redis.url, ...options.env } });
  const admin = await platform.admin();
  const token = await platform.serviceToken();
  const worker = await startWorker({ redis, url: () => platform.url, token });
  const { request, github } = platform;

  const onList = async () => (await redis.send("LRANGE", "cocov:checks", 0, -1)) as string[];
  return {
    platform,
    redis,
    worker,
    token,
    onList,
    entriesOf: async ({ sha, name }) =>
      (await onList()).map(decodeEntry).filter((entry) => entry.sha === sha && entry.repo === name),
    reconcile: async () => {
      // As it finds what nobody has been about for some seconds.
      await platform.db.sql`UPDATE worker_redis_runs SET updated_at = now() - interval '1 minute'`;
      await platform.run(reconcileRuns, {});
    },

    async commitWith(manifest, { before } = {}) {
      made += 1;
      const name = `repository-${made}`;
      const { onGitHub, repository } = await platform.createRepository({ name, files: { "README.md": "# Hello\n" } });
      await before?.(name);
      const { sha } = await platform.push(onGitHub, { files: { ".cocov.yaml": manifest, "made.txt": name } });
      const path = `/v1/repositories/${name}/commits/${sha}/checks`;
      const show = async (): Promise<Awaited<ReturnType<CommitInTest["show"]>>> =>
        await (await request("GET", path, { token: admin })).json();
      return {
        name,
        sha,
        repositoryId: repository.id,
        show,
        status: async () => (await show()).status,
        async output(plugin) {
          const check = (await show()).checks.find(({ plugin_name }) => plugin_name === plugin);
          return (await (await request("GET", `${path}/${check?.id}`, { token: admin })).json()).error_output;
        },
        cancel: async () => (await request("DELETE", path, { token: admin })).status,
        reRun: async () => {
          const { status } = await request("POST", `${path}/re_run`, { token: admin });
          await platform.idle();
          return status;
        },
        async told() {
          await platform.idle();
          return github.statuses({ sha, repository: name }).map(({ description }) => description);
        },
      };
    },
  };
}
