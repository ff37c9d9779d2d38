import { expect, test } from "bun:test";
import { json } from "../../testing/factories";
import { mortalServer } from "./world/mortal-server";
import { balance, type Pushed } from "./world/outcome";
import { persist } from "./world/persist";
import { usePlatform } from "./world/platform";
import { settled } from "./world/settle";
import { withWorkers } from "./world/worker";

const platform = await usePlatform();
const { github, onGitHub, admin, token, db } = platform;
const first = (await onGitHub.head()) ?? "";
await platform.server.stop();
// In a process of its own, which an error that nobody handles would end.
const server = await mortalServer(platform.environment);
await server.start();
const ask = (method: string, path: string, bearer = admin, body?: object): Promise<Response> =>
  fetch(`${server.url}${path}`, {
    method,
    headers: { authorization: `bearer ${bearer}`, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
const rounds = 16;
const pushes = 20;

const failures: { status: number; body: string }[] = [];
let answered = 0;

async function tell(answer: Response): Promise<void> {
  answered += 1;
  if (answer.status >= 500) failures.push({ status: answer.status, body: await answer.clone().text() });
}

async function terminateAll(): Promise<number> {
  const ended = await db.sql`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name <> 'test'`;
  return ended.count;
}

test("all database connections may end again and again: requests fail cleanly or succeed, and all work is done in the end", async () => {
  const delivered: Pushed[] = [{ sha: first, branches: ["main"] }];
  const over = new AbortController();

  async function pushAll(): Promise<void> {
    for (let number = 0; number < pushes; number++) {
      const branch = `b${number}`;
      const sha = await onGitHub.commit({ branch, files: { "main.c": `int v${number};\n` }, parent: first });
      const payload = await github.payloads.push(onGitHub, { branch, before: null, after: sha });
      const id = crypto.randomUUID();
      const answer = await persist(() => github.deliver("push", payload, { id, to: `${server.url}/v1/github/events` }), tell);
      expect(answer.status).toBe(200);
      delivered.push({ sha, branches: [branch] });
    }
  }

  async function read(): Promise<void> {
    const paths = ["", "/branches", `/commits/${first}/checks`, `/commits/${first}/issues`];
    for (let asked = 0; !over.signal.aborted; asked++) {
      const answer = await ask("GET", `/v1/repositories/api${paths[asked % paths.length]}`);
      await tell(answer);
      expect([200, 500]).toContain(answer.status);
      await answer.text();
      await Bun.sleep(1);
    }
  }

  async function disturb(): Promise<number> {
    let ended = 0;
    for (let round = 0; round < rounds; round++) {
      await Bun.sleep(Math.random() * 300);
      ended += await terminateAll();
    }
    over.abort();
    return ended;
  }

  await withWorkers(3, { address: () => server.url, token, tell: (_what, answer) => tell(answer) }, async () => {
    const [ended] = await Promise.all([disturb(), pushAll(), read(), read(), read()]);
    expect(ended).toBeGreaterThan(rounds);
    await settled(platform, server.output);
  });

  expect(failures.length).toBeGreaterThan(0);
  expect(answered).toBeGreaterThan(failures.length);
  for (const { status, body } of failures) {
    expect(status).toBe(500);
    expect(Object.keys(JSON.parse(body))).toEqual(["code", "message"]);
    expect(JSON.parse(body).code).toBe("internal_error");
    expect(body).not.toMatch(/postgres|terminat|CONNECTION|SELECT|\.ts\b|57P01/i);
  }
  expect(await balance(platform, delivered, server.url)).toEqual({ lost: [], doubled: [] });
}, 60_000);

test("afterwards everything works at once: probes, notifications, a push", async () => {
  expect(await json(await ask("GET", "/system/probes/ready"), 200)).toMatchObject({
    ready: true,
    checks: { database: "ok", jobs: "ok" },
  });
  const waiting = ask("POST", "/v1/worker/leases", token, { worker: "w", wait: 20 });
  const { sha } = await github.push(onGitHub, { delivery: { to: `${server.url}/v1/github/events` } });
  expect(await json(await waiting, 200)).toMatchObject({ job: { sha } });
  expect(server.deaths()).toEqual([]);
});
