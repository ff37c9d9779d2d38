import { expect, test } from "bun:test";
import { addRepository, userNamed } from "../../testing/factories";
import type { Repository } from "../../testing/github";
import { watchHealth } from "./world/health-watch";
import { mortalServer } from "./world/mortal-server";
import { balance, type Pushed } from "./world/outcome";
import { persist } from "./world/persist";
import { manifest, usePlatform } from "./world/platform";
import { settled } from "./world/settle";
import { until } from "./world/until";
import { withWorkers } from "./world/worker";

const repositories = 20;
const pushesEach = 10;
/** Its git never answers until the others are done. */
const hanging = "stress-0";

const platform = await usePlatform();
const { github, server, admin, token, db, environment } = platform;

/** What a person sees of a run. */
async function statusOf(url: string, { repository, sha }: Pushed): Promise<string> {
  const answer = await fetch(`${url}/v1/repositories/${repository}/commits/${sha}/checks`, {
    headers: { authorization: `bearer ${admin}` },
  });
  const { status }: { status?: string } = await answer.json();
  return status ?? `answer ${answer.status}`;
}

test("with the smallest pool, a slow GitHub, one hanging repository and a log that nobody reads, everything completes", async () => {
  const member = userNamed(github, "grace");
  const onGitHub: Repository[] = [];
  for (let number = 0; number < repositories; number++) {
    const name = `stress-${number}`;
    const made = await github.addRepository({ name, files: { ".cocov.yaml": manifest, "main.c": `// ${name}\n` } });
    made.setCollaborator(member, "write");
    await addRepository(server, token, name);
    onGitHub.push(made);
  }
  await server.app.jobs.idle(60_000);
  await server.stop();

  const mortal = await mortalServer(
    { ...environment, COCOV_DATABASE_POOL: "5", COCOV_LOG_LEVEL: "debug" },
    { logReader: "stalled" },
  );
  await mortal.start();
  const hang = github.fail({ match: `/acme/${hanging}.git/**`, hang: true });
  const slow = github.fail({ delayMs: 200 });
  const health = watchHealth(mortal.url);

  const delivered: Pushed[] = [];
  async function pushAll(repository: Repository, name: string): Promise<void> {
    const base = await repository.head();
    for (let number = 0; number < pushesEach; number++) {
      const branch = `b${number}`;
      const sha = await repository.commit({
        branch,
        files: { "main.c": `int ${name.replace("-", "_")}_v${number};\n` },
        parent: base ?? undefined,
      });
      const payload = await github.payloads.push(repository, { branch, before: null, after: sha });
      const events = [
        github.deliver("push", payload, { to: `${mortal.url}/v1/github/events` }),
        github.deliver("member", github.payloads.member(repository, member, "edited"), {
          to: `${mortal.url}/v1/github/events`,
        }),
      ];
      for (const answer of await Promise.all(events)) expect(answer.status).toBe(200);
      delivered.push({ sha, branches: [branch], repository: name });
    }
  }

  await withWorkers(4, { address: () => mortal.url, token }, async () => {
    await Promise.all(onGitHub.map((repository, number) => pushAll(repository, `stress-${number}`)));
    const open = delivered.filter(({ repository }) => repository !== hanging);
    await until(
      async () => {
        // One after the other: who asks for all of them all the time is what the server is busy with.
        while (open[0] && (await statusOf(mortal.url, open[0])) === "completed") open.shift();
        return open.length === 0;
      },
      () => `${open.length} runs of other repositories are open`,
      120,
    );
    hang.clear();
    slow.clear();
    // What GitHub still works on slowly would take effect after its connection was cut, and after what is sent anew at once.
    await until(
      () => github.requests().every(({ path, status }) => status !== null || path.includes(`/${hanging}.git/`)),
      () => "GitHub is still busy",
    );
    await github.down();
    await github.up();
    await settled(platform);
  });
  const list = await persist(() => fetch(`${mortal.url}/v1/repositories`, { headers: { authorization: `bearer ${admin}` } }));
  const { asked, failed, longestMs, longestBeyondBareMs } = await health.stop();

  expect(list.status).toBe(200);
  expect(await balance(platform, delivered, mortal.url)).toEqual({ lost: [], doubled: [] });
  expect(delivered).toHaveLength(repositories * pushesEach);
  expect([...(await db.sql`SELECT name, last_error FROM core_jobs WHERE died_at IS NOT NULL`)]).toEqual([]);
  expect(mortal.deaths()).toEqual([]);
  console.log(
    `health: asked ${asked} times, ${failed} failed, the longest answer took ${longestMs} ms, ${longestBeyondBareMs} ms longer than a bare server's`,
  );
  expect(failed).toBe(0);
  expect(longestBeyondBareMs).toBeLessThan(1000);
}, 240_000);
