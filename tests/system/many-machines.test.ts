import { afterAll, expect, test } from "bun:test";
import { createTestDatabase } from "../../testing/databases";
import { createRepository } from "../../testing/factories";
import { type BunqueueServer, startBunqueueServer } from "../core/services/jobs/world/bunqueue-server";
import { startDatabaseEndpoint } from "../support/database-endpoint";
import { type MortalServer, mortalServer } from "./world/mortal-server";
import { balance, type Pushed } from "./world/outcome";
import { persist } from "./world/persist";
import { manifest, usePlatform } from "./world/platform";
import { settled } from "./world/settle";
import { withWorkers } from "./world/worker";

const pushes = 100;

const platform = await usePlatform();
const { github, admin, token, db, server, environment } = platform;

// Commits of one repository are fetched one after the other; of several, at the same time.
const repositories = await Promise.all(
  Array.from({ length: 10 }, async (_, number) => {
    const name = `repository-${number}`;
    const files = { ".cocov.yaml": manifest, "main.c": `// ${name}\n` };
    const { onGitHub } = await createRepository(server, github, admin, { name, files, collaborators: { ada: "admin" } });
    return { name, onGitHub, first: (await onGitHub.head()) ?? "" };
  }),
);

const queueDatabase = await createTestDatabase();
const endpoint = await startDatabaseEndpoint(queueDatabase.url);
const queues: BunqueueServer[] = [];
afterAll(async () => {
  await Promise.all(queues.map((queue) => queue.close()));
  endpoint.stop();
  await queueDatabase.drop();
});

/** Two of each, as on machines of their own: they share PostgreSQL, the folder of commits and the queue servers, and nothing else. */
async function startAll(): Promise<{ web: MortalServer[]; jobs: MortalServer[] }> {
  while (queues.length < 2)
    queues.push(
      await startBunqueueServer({
        BUNQUEUE_STORAGE_DRIVER: "postgres",
        BUNQUEUE_POSTGRES_URL: endpoint.url,
        // What a broker that was killed held is taken by the other when this is over.
        BUNQUEUE_POSTGRES_LEASE_DURATION_MS: "3000",
        // As in compose.yaml.
        BUNQUEUE_POSTGRES_POLL_INTERVAL_MS: "3000",
      }),
    );
  const urls = queues.map(({ url }) => url);
  const start = async (role: "web" | "jobs", order: readonly string[]) => {
    const mortal = await mortalServer({
      ...environment,
      COCOV_TEST_TIMING: "patient",
      COCOV_ROLE: role,
      COCOV_QUEUE_URL: order.join(","),
    });
    await mortal.start();
    return mortal;
  };
  const both = (role: "web" | "jobs") => Promise.all([start(role, urls), start(role, urls.toReversed())]);
  const [web, jobs] = [await both("web"), await both("jobs")];
  return { web, jobs };
}

const oneOf = <T>(all: readonly T[]): T => {
  const chosen = all[Math.floor(Math.random() * all.length)];
  if (chosen === undefined) throw new Error("there is none to choose from");
  return chosen;
};

test("two of each kind work together, and when one of each is killed everything takes effect once all the same", async () => {
  await server.stop();
  const { web, jobs } = await startAll();
  let turn = 0;
  const address = () => web[turn++ % web.length]?.url ?? "";
  const delivered: Pushed[] = [];

  async function push(number: number): Promise<void> {
    const { name, onGitHub, first } = repositories[number % repositories.length] ?? oneOf(repositories);
    const branch = `b${number}`;
    const sha = await onGitHub.commit({ branch, files: { "main.c": `int v${number};\n` }, parent: first });
    const payload = await github.payloads.push(onGitHub, { branch, before: null, after: sha });
    const id = crypto.randomUUID();
    await persist(() => github.deliver("push", payload, { id, to: `${address()}/v1/github/events` }));
    delivered.push({ sha, branches: [branch], repository: name });
  }
  async function pushAll(): Promise<void> {
    for (let number = 0; number < pushes; number += 5) await Promise.all([0, 1, 2, 3, 4].map((more) => push(number + more)));
  }
  /** Once a part of the pushes has been delivered, so that there is work under way. */
  async function killOne(victim: Pick<MortalServer, "kill" | "start">, after: number): Promise<void> {
    while (delivered.length < after) await Bun.sleep(20);
    await victim.kill();
    await Bun.sleep(500);
    await victim.start();
  }

  const firsts = repositories.map(({ name, first }): Pushed => ({ sha: first, branches: ["main"], repository: name }));
  const begun = performance.now();
  await withWorkers(4, { address, token }, async () => {
    const victims = [oneOf(web), oneOf(jobs), oneOf(queues)].toSorted(() => Math.random() - 0.5);
    await Promise.all([pushAll(), ...victims.map((victim, turn) => killOne(victim, 15 + 25 * turn))]);
    await settled(platform, () => [...web, ...jobs].map((each) => each.output().slice(-1500)).join("\n"), 90);
  });
  const seconds = (performance.now() - begun) / 1000;
  console.log(`${pushes} commits in ${seconds.toFixed(1)} s, with one of each kind killed`);

  expect(await balance(platform, [...firsts, ...delivered], address())).toEqual({ lost: [], doubled: [] });
  expect(delivered).toHaveLength(pushes);
  expect([...web, ...jobs].flatMap((each) => each.deaths())).toEqual([]);
  expect([...(await db.sql`SELECT name, last_error FROM core_jobs WHERE died_at IS NOT NULL`)]).toEqual([]);
}, 150_000);
