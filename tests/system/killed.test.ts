import { expect, test } from "bun:test";
import { mortalServer } from "./world/mortal-server";
import { balance, type Pushed } from "./world/outcome";
import { persist } from "./world/persist";
import { usePlatform } from "./world/platform";
import { settled } from "./world/settle";
import { withWorkers } from "./world/worker";

const pushes = 60;
const kills = 4;

const platform = await usePlatform();
const { github, onGitHub, token, db, server, environment } = platform;

test("whatever was accepted takes effect once, though the server is killed again and again", async () => {
  const first: Pushed = { sha: (await onGitHub.head()) ?? "", branches: ["main"] };
  await server.stop();
  const mortal = await mortalServer(environment);
  await mortal.start();
  let accepted = 0;
  const tell = (answer: Response) => void (answer.ok && accepted++);
  const delivered: Pushed[] = [];

  /** Every fifth delivery arrives twice at the same time. */
  async function push(number: number): Promise<void> {
    const branch = `b${number}`;
    const sha = await onGitHub.commit({ branch, files: { "main.c": `int v${number};\n` }, parent: first.sha });
    const payload = await github.payloads.push(onGitHub, { branch, before: null, after: sha });
    const id = crypto.randomUUID();
    const deliver = () => persist(() => github.deliver("push", payload, { id, to: `${mortal.url}/v1/github/events` }), tell);
    await Promise.all(number % 5 === 0 ? [deliver(), deliver()] : [deliver()]);
    delivered.push({ sha, branches: [branch] });
  }

  async function pushAll(): Promise<void> {
    for (let number = 0; number < pushes; number += 3) {
      await Promise.all([number, number + 1, number + 2].map(push));
      await Bun.sleep(Math.random() * 300);
    }
  }

  async function killAndRestart(): Promise<void> {
    for (let killed = 0; killed < kills; killed++) {
      await Bun.sleep(200 + Math.random() * 1000);
      await mortal.kill();
      await mortal.start();
    }
  }

  await withWorkers(3, { address: () => mortal.url, token, tell: (_what, answer) => tell(answer) }, async () => {
    await Promise.all([pushAll(), killAndRestart()]);
    await settled(platform, () => mortal.output().slice(-3000));
  });

  const { lost, doubled } = await balance(platform, [first, ...delivered], mortal.url);
  console.log(`accepted ${accepted}, lost ${lost.length}, doubled ${doubled.length}`);
  expect({ lost, doubled }).toEqual({ lost: [], doubled: [] });
  expect(delivered).toHaveLength(pushes);
  const dead = await db.sql`SELECT name, last_error FROM core_jobs WHERE died_at IS NOT NULL`;
  expect([...dead]).toEqual([]);
}, 120_000);
