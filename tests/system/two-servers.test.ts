import { expect, test } from "bun:test";
import { pushed as pushAndSettle } from "../../testing/factories";
import { balance, type Pushed } from "./world/outcome";
import { usePlatform } from "./world/platform";
import { until } from "./world/until";
import { withWorkers } from "./world/worker";

const platform = await usePlatform({ copies: 2 });
const { server, servers, github, onGitHub, admin, token, db } = platform;
const pushes = 40;

let turn = 0;
const address = () => servers[turn++ % servers.length]?.url ?? "";
const deliver = (payload: object, id: string, to: string) =>
  github.deliver("push", payload, { id, to: `${to}/v1/github/events` });
const checksOf = (sha: string, method: string, path = "", to = address()) =>
  fetch(`${to}/v1/repositories/api/commits/${sha}/checks${path}`, { method, headers: { authorization: `bearer ${admin}` } });
const statusOf = async (sha: string): Promise<string> => {
  const { status }: { status: string } = await (await checksOf(sha, "GET")).json();
  return status;
};
const atBoth = (ask: (to: string) => Promise<Response>, times = 3): Promise<number[]> =>
  Promise.all(Array.from({ length: times }, () => servers.map(({ url }) => ask(url).then(({ status }) => status))).flat());
const allFinished = async () => {
  const [open] = await db.sql`
    SELECT FROM commits c LEFT JOIN check_sets s ON s.commit_id = c.id WHERE coalesce(s.status, 'waiting') IN ('waiting', 'queued', 'in_progress')`;
  return open === undefined;
};

const first = (await onGitHub.head()) ?? "";

test("pushes, their twins and Workers at two servers take effect once", async () => {
  const delivered: Pushed[] = [{ sha: first, branches: ["main"] }];
  const answers: number[] = [];
  async function push(number: number): Promise<void> {
    const branch = `b${number}`;
    const sha = await onGitHub.commit({ branch, files: { "main.c": `int v${number};\n` }, parent: first });
    const payload = await github.payloads.push(onGitHub, { branch, before: null, after: sha });
    const id = crypto.randomUUID();
    const copies = number % 3 === 0 ? servers.map(({ url }) => url) : [address()];
    for (const { status } of await Promise.all(copies.map((to) => deliver(payload, id, to)))) answers.push(status);
    delivered.push({ sha, branches: [branch] });
  }
  await withWorkers(
    4,
    {
      address,
      token,
      tell: (what, { status }) => answers.push(what.startsWith("POST leases") && status === 204 ? 200 : status),
    },
    async () => {
      await Promise.all(Array.from({ length: pushes }, (_, number) => push(number)));
      await until(allFinished, () => "runs are open");
    },
  );
  await server.app.jobs.idle();
  expect(answers.filter((status) => status >= 400)).toEqual([]);
  expect(await balance(platform, delivered)).toEqual({ lost: [], doubled: [] });
  for (const { sha } of delivered) expect(github.statuses({ sha, state: "pending" }).length).toBeLessThanOrEqual(1);
}, 60_000);

test("of re-runs at both servers at once, one starts a run", async () => {
  expect((await atBoth((to) => checksOf(first, "POST", "/re_run", to))).toSorted()).toEqual([204, 409, 409, 409, 409, 409]);
  await server.app.jobs.idle();
  const rows = await db.sql`SELECT FROM worker_jobs`;
  expect(rows).toHaveLength(1);
  expect(await statusOf(first)).toBe("queued");
});

test("of wrap-ups at both servers at once, one ends the run", async () => {
  const commit = `/v1/repositories/${platform.repositoryId}/commits/${first}`;
  const send = (to: string, method: string, path: string, body: object = {}) =>
    fetch(`${to}${commit}${path}`, {
      method,
      headers: { authorization: `bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const leased = await Promise.all(
    servers.map(({ url }) =>
      fetch(`${url}/v1/worker/leases`, {
        method: "POST",
        headers: { authorization: `bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ worker: "w" }),
      }),
    ),
  );
  expect(leased.map(({ status }) => status).toSorted()).toEqual([200, 204]);
  for (const plugin_name of ["cocov/lint", "cocov/audit"]) {
    expect(await atBoth((to) => send(to, "PATCH", "/checks", { plugin_name, status: "completed" }))).toEqual(
      Array(6).fill(204),
    );
  }
  const before = await history();
  expect(await atBoth((to) => send(to, "POST", "/checks/wrap_up"))).toEqual(Array(6).fill(204));
  expect(await history()).toBe(before + 1);
  expect(await statusOf(first)).toBe("completed");
  expect(await db.sql`SELECT FROM worker_jobs`).toHaveLength(0);
  await server.app.jobs.idle();
  expect(github.statuses({ sha: first }).at(-1)?.state).toBe("success");
});

test("cancellations at both servers at once end a run once, whoever leases it meanwhile", async () => {
  for (let round = 0; round < 4; round++) {
    expect((await checksOf(first, "POST", "/re_run")).status).toBe(204);
    await server.app.jobs.idle();
    const lease = fetch(`${address()}/v1/worker/leases`, {
      method: "POST",
      headers: { authorization: `bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ worker: "w" }),
    });
    const [answers, leased] = await Promise.all([atBoth((to) => checksOf(first, "DELETE", "", to)), lease]);
    expect(answers).toEqual(Array(6).fill(204));
    // Either a Worker has it and is told to stop, or nobody ever gets it.
    expect(await statusOf(first)).toBe(leased.status === 200 ? "cancelling" : "canceled");
    if (leased.status === 200) {
      const { lease: held }: { lease: { id: string } } = await leased.json();
      const headers = { authorization: `bearer ${token}` };
      const renewed = await fetch(`${address()}/v1/worker/leases/${held.id}/renew`, { method: "POST", headers });
      expect(await renewed.json()).toMatchObject({ canceling: true });
      expect((await fetch(`${address()}/v1/worker/leases/${held.id}/release`, { method: "POST", headers })).status).toBe(204);
    }
    await server.app.jobs.idle();
    expect(await statusOf(first)).toBe("canceled");
    expect(github.statuses({ sha: first }).at(-1)?.description).toBe("Checks were canceled");
  }
});

test("a branch ends at the newest of pushes that two servers got, one after the other", async () => {
  const shas: string[] = [];
  for (let number = 0; number < 8; number++) {
    const before = await onGitHub.head("race");
    const sha = await onGitHub.commit({ branch: "race", files: { "main.c": `int race${number};\n` } });
    const payload = await github.payloads.push(onGitHub, { branch: "race", before, after: sha });
    expect((await deliver(payload, crypto.randomUUID(), address())).status).toBe(200);
    shas.push(sha);
  }
  await pushAndSettle(server, github, onGitHub, { branch: "other" });
  const answer = await fetch(`${address()}/v1/repositories/api/branches/race`, {
    headers: { authorization: `bearer ${admin}` },
  });
  const { head }: { head: { sha: string } } = await answer.json();
  expect(head.sha).toBe(shas.at(-1) ?? "");
});

async function history(): Promise<number> {
  const [row] = await db.sql<{ n: number }[]>`
    SELECT count(*) AS n FROM issue_histories h JOIN branches b ON b.id = h.branch_id WHERE b.name = 'main'`;
  return row?.n ?? 0;
}
