import { expect, test } from "bun:test";
import { useTestRedis } from "../../testing/redis/server";
import { mortalServer } from "./world/mortal-server";
import { usePlatform } from "./world/platform";
import { until } from "./world/until";

const redis = await useTestRedis();
const platform = await usePlatform();
const { github, onGitHub, token, admin, db, server, environment, repositoryId } = platform;

interface Entry {
  job_id: string;
  sha: string;
  checks: { plugin: string }[];
}

const onList = async () =>
  ((await redis.send("LRANGE", "cocov:checks", 0, -1)) as string[]).map((text): Entry => JSON.parse(text));

test("a run whose platform is killed between writing it down and pushing it, or taking it back, is neither lost nor doubled", async () => {
  const first = await onGitHub.head();
  await server.stop();
  // Runs that nobody hears of are looked after every second.
  const mortal = await mortalServer({
    ...environment,
    COCOV_REDIS_URL: redis.url,
    COCOV_PLUGINS_DISABLED: "cache",
    COCOV_CHECKS_CANCEL_TIMEOUT: "600",
    COCOV_CHECKS_RUN_TIMEOUT: "3",
  });
  await mortal.start();
  const stageOf = async (sha: string) => {
    const [row] = await db.sql<{ stage: string }[]>`
      SELECT r.stage FROM worker_redis_runs r JOIN check_sets s ON s.job_id = r.job_id JOIN commits c ON c.id = s.commit_id WHERE c.sha = ${sha}`;
    return row?.stage;
  };
  const listed = (shas: readonly string[]) =>
    until(
      async () => {
        const found = await onList();
        expect(new Set(found.map(({ job_id }) => job_id)).size).toBe(found.length);
        return (
          found
            .map(({ sha }) => sha)
            .toSorted()
            .join() === shas.toSorted().join()
        );
      },
      async () => `${JSON.stringify(await onList())} ${mortal.output().slice(-2000)}`,
    );
  // It waited for workers over HTTP while there was no Redis.
  await listed([first ?? ""]);

  async function push(branch: string): Promise<string> {
    const sha = await onGitHub.commit({ branch, files: { "main.c": branch }, parent: first });
    const payload = await github.payloads.push(onGitHub, { branch, before: null, after: sha });
    await github.deliver("push", payload, { to: `${mortal.url}/v1/github/events` });
    return sha;
  }

  /** Redis answers, and pushes nothing: what waits for it when its sender is killed, it forgets. */
  await redis.send("CLIENT", "PAUSE", 600_000, "WRITE");
  const unsent = await push("b1");
  await until(
    async () => (await stageOf(unsent)) === "sending",
    () => mortal.output().slice(-2000),
  );
  await mortal.kill();
  await redis.send("CLIENT", "UNPAUSE");
  await mortal.start();
  await listed([first ?? "", unsent]);

  await redis.send("CLIENT", "PAUSE", 600_000, "WRITE");
  const answer = await fetch(`${mortal.url}/v1/repositories/api/commits/${unsent}/checks`, {
    method: "DELETE",
    headers: { authorization: `bearer ${admin}` },
  });
  expect(answer.status).toBe(204);
  await mortal.kill();
  await redis.send("CLIENT", "UNPAUSE");
  await mortal.start();
  await listed([first ?? ""]);
  await until(
    async () => (await db.sql`SELECT FROM check_sets WHERE status = 'canceled'`).length === 1,
    () => mortal.output().slice(-2000),
  );

  const [entry] = await onList();
  const call = async (method: string, path: string, body?: object) => {
    const { status } = await fetch(`${mortal.url}/v1/repositories/${repositoryId}/commits/${first}/${path}`, {
      method,
      headers: {
        authorization: `bearer ${token}`,
        accept: "application/json",
        ...(body ? { "content-type": "application/json" } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    expect(status).toBe(204);
  };
  await redis.send("LPOP", "cocov:checks");
  for (const { plugin } of entry?.checks ?? [])
    await call("PATCH", "checks", { plugin_name: plugin.split(":")[0], status: "completed" });
  await call("POST", "checks/wrap_up");
  await until(
    async () => (await db.sql`SELECT FROM worker_redis_runs`).length === 0,
    () => mortal.output().slice(-2000),
  );
  await mortal.kill();
}, 120_000);
