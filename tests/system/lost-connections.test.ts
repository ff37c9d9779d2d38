import { expect, test } from "bun:test";
import { pushed } from "../support/factories";
import { balance, type Pushed } from "./world/outcome";
import { persist } from "./world/persist";
import { usePlatform } from "./world/platform";
import { settled } from "./world/settle";
import { withWorkers } from "./world/worker";

const platform = await usePlatform({ jobTiming: { poll: 0.2, upkeep: 0.2, lease: 2, lost: 2 } });
const { server, github, onGitHub, admin, token, db } = platform;
const rounds = 12;
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
  const first = (await onGitHub.head()) ?? "";
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
      const answer = await server.request("GET", `/v1/repositories/api${paths[asked % paths.length]}`, { token: admin });
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
    await settled(platform);
  });

  expect(failures.length).toBeGreaterThan(0);
  expect(answered).toBeGreaterThan(failures.length);
  for (const { status, body } of failures) {
    expect(status).toBe(500);
    expect(Object.keys(JSON.parse(body))).toEqual(["code", "message"]);
    expect(JSON.parse(body).code).toBe("internal_error");
    expect(body).not.toMatch(/postgres|terminat|CONNECTION|SELECT|\.ts\b|57P01/i);
  }
  expect(await balance(platform, delivered)).toEqual({ lost: [], doubled: [] });
}, 60_000);

test("afterwards everything works at once: probes, notifications, a push", async () => {
  expect(await (await server.request("GET", "/system/probes/ready")).json()).toMatchObject({
    ready: true,
    checks: { database: "ok", jobs: "ok" },
  });
  const waiting = server.request("POST", "/v1/worker/leases", { token, body: { worker: "w", wait: 20 } });
  const { sha } = await pushed(server, github, onGitHub);
  const answer = await waiting;
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ job: { sha } });
});
