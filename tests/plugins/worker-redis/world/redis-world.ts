import { z } from "zod";
import { defineJob } from "../../../../core";
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
  /**
   * Makes a commit with a manifest; its checks have been handed over when this resolves, or wait for Redis.
   * @param in the name of its repository, which is made if need be; the one for all commits unless given
   */
  commitWith(manifest: string, options?: { in?: string }): Promise<CommitInTest>;
  /** The name of the repository that commits are made in. */
  readonly repository: string;
  /** Starts Redis again, and lets the Worker listen as soon as it finds that. */
  comeBack(): Promise<void>;
  /** Takes the oldest entry off the list, as a Worker does. @throws when there is none */
  take(): Promise<Entry>;
  /** The id of a commit's run. */
  jobOf(commit: { sha: string }): Promise<{ job_id: string }>;
  /** Control messages about a run, when all that was sent before has arrived. */
  heard(about: { job_id: string }): Promise<string[]>;
  /** Has runs ended now that nobody reports on. */
  lookAfterRuns(): Promise<void>;
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

/** The periodic job of checks, whose period depends on settings. */
const upkeep = defineJob({ name: "checks.upkeep", summary: "", payload: z.object({}), everySeconds: 60 });

/** What the Worker that has a job hears when that was canceled. */
export const messageTo = ({ check_set_id, job_id }: Entry): string =>
  `{"check_set_id":${check_set_id},"job_id":"${job_id}","operation":"cancel"}`;

export async function useRedisWorld(
  options: TestPlatformOptions = {},
  playing: { attempts?: number } = {},
): Promise<RedisWorld> {
  const redis = await useTestRedis();
  const platform = await useTestPlatform({ ...options, env: { COCOV_REDIS_URL: redis.url, ...options.env } });
  const admin = await platform.admin();
  const token = await platform.serviceToken();
  const worker = await startWorker({ redis, url: platform.url, token, ...playing });
  const { request, github } = platform;
  const usual = "api";
  const repositories = new Map<string, Awaited<ReturnType<TestPlatform["createRepository"]>>>();
  repositories.set(usual, await platform.createRepository({ name: usual, files: { "README.md": "# Hello\n" } }));
  let made = 0;

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

    async comeBack() {
      await redis.start();
      await worker.listen();
    },
    async take() {
      const entry = await worker.pop();
      if (!entry) throw new Error("no run is on the list");
      return entry;
    },
    async jobOf({ sha }) {
      const [row] = await platform.db.sql<{ job_id: string }[]>`
        SELECT s.job_id FROM check_sets s JOIN commits c ON c.id = s.commit_id WHERE c.sha = ${sha}`;
      if (!row) throw new Error(`commit ${sha} has no run`);
      return row;
    },
    async heard({ job_id }) {
      const flag = crypto.randomUUID();
      await redis.send("PUBLISH", "cocov:checks_control", flag);
      while (!worker.heard.includes(flag)) await Bun.sleep(1);
      return worker.heard.filter((message) => message.includes(job_id));
    },
    lookAfterRuns: () => platform.run(upkeep, {}),

    repository: usual,

    async commitWith(manifest, { in: name = usual } = {}) {
      made += 1;
      const known = repositories.get(name) ?? (await platform.createRepository({ name, files: { "README.md": "# Hello\n" } }));
      repositories.set(name, known);
      const { sha } = await platform.push(known.onGitHub, { files: { ".cocov.yaml": manifest, "made.txt": `${made}` } });
      const path = `/v1/repositories/${name}/commits/${sha}/checks`;
      const show = async (): Promise<Awaited<ReturnType<CommitInTest["show"]>>> =>
        await (await request("GET", path, { token: admin })).json();
      return {
        name,
        sha,
        repositoryId: known.repository.id,
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
