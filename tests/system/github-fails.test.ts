import { expect, test } from "bun:test";
import { createRepository, webhookUrl } from "../../testing/factories";
import { balance, type Pushed } from "./world/outcome";
import { manifest, usePlatform } from "./world/platform";
import { settled } from "./world/settle";
import { until } from "./world/until";
import { withWorkers } from "./world/worker";

const platform = await usePlatform({ jobTiming: { poll: 0.2 } });
const { server, github, onGitHub, admin, token, db } = platform;
const first = (await onGitHub.head()) ?? "";
const refusals: string[] = [];
const workers = {
  address: () => server.url,
  token,
  tell: (what: string, { status }: Response) => void (status >= 400 && refusals.push(`${what} ${status}`)),
};

async function push(branch: string): Promise<Pushed> {
  const sha = await onGitHub.commit({ branch, files: { "main.c": `// ${branch}\n` }, parent: first });
  const payload = await github.payloads.push(onGitHub, { branch, before: null, after: sha });
  const answer = await github.deliver("push", payload, { to: webhookUrl(server) });
  if (!answer.ok) refusals.push(`push ${answer.status}`);
  return { sha, branches: [branch] };
}

async function statusOf(sha: string): Promise<string> {
  const answer = await server.request("GET", `/v1/repositories/api/commits/${sha}/checks`, { token: admin });
  const { status }: { status?: string } = await answer.json();
  return status ?? "unknown";
}

const statesOf = (commits: readonly Pushed[]) => Promise.all(commits.map(({ sha }) => statusOf(sha)));
const inState = (commits: readonly Pushed[], state: string) =>
  until(
    async () => (await statesOf(commits)).every((status) => status === state),
    async () => (await statesOf(commits)).join(),
    20,
  );

async function expectAllWell(commits: readonly Pushed[]): Promise<void> {
  expect(refusals).toEqual([]);
  expect(await balance(platform, commits)).toEqual({ lost: [], doubled: [] });
  expect([...(await db.sql`SELECT name, last_error FROM core_jobs WHERE died_at IS NOT NULL`)]).toEqual([]);
}

test("statuses that GitHub refuses with 500 arrive later, and the newest is the last", async () => {
  const fault = github.fail({ match: "**/statuses/*", status: 500 });
  const commits = await Promise.all(["f1", "f2", "f3"].map(push));
  await withWorkers(2, workers, () => inState(commits, "completed"));
  await until(
    () => fault.hits() >= 3,
    () => "nothing was sent",
  );
  expect(commits.flatMap(({ sha }) => github.statuses({ sha }))).toEqual([]);
  github.clearFaults();
  await withWorkers(1, workers, () => settled(platform));
  await expectAllWell(commits);
  // Those that had become old by then were never sent.
  for (const { sha } of commits) expect(github.statuses({ sha }).map(({ state }) => state)).not.toContain("pending");
});

test("statuses that GitHub takes slowly, or drops after taking them, end with the newest", async () => {
  github.fail({ match: "**/statuses/*", delayMs: 700, times: 2 });
  github.fail({ match: "**/statuses/*", dropConnection: "after handling", times: 2 });
  const commits = await Promise.all(["s1", "s2", "s3"].map(push));
  await withWorkers(2, workers, () => settled(platform));
  await expectAllWell(commits);
});

test("while GitHub can't be reached pushes are taken in; their checks run when it is back", async () => {
  await github.down();
  const commits = await Promise.all(["d1", "d2"].map(push));
  await until(
    async () => {
      // So many seconds GitHub is given without anybody being blamed.
      await db.sql`
        UPDATE commits SET fetching_since = now() - interval '31 seconds'
         WHERE fetching_since IS NOT NULL AND sha::text = ANY(${commits.map(({ sha }) => sha)})`;
      await db.sql`
        UPDATE core_jobs SET run_at = now(), handed_to = NULL
         WHERE name = 'repositories.process_commit' AND running_token IS NULL AND run_at > now()`;
      return (await statesOf(commits)).every((status) => status === "failure");
    },
    async () => (await statesOf(commits)).join(),
  );
  const asked = await server.request("GET", `/v1/repositories/api/commits/${commits[0]?.sha}/checks`, { token: admin });
  expect(await asked.json()).toMatchObject({ failure_reason: "commit_fetch_failed" });
  expect((await server.request("GET", "/system/probes/ready")).status).toBe(200);
  await github.up();
  await withWorkers(2, workers, () => settled(platform));
  await expectAllWell(commits);
});

test("a fetch that hangs keeps neither requests nor other repositories, and goes on when git answers again", async () => {
  const other = await createRepository(server, github, admin, {
    name: "other",
    files: { ".cocov.yaml": manifest },
    collaborators: { ada: "admin" },
  });
  github.fail({ match: "/acme/api.git/**", hang: true });
  const stuck = await push("h1");
  await until(
    () => github.requests().some(({ path, status }) => path.includes("api.git") && status === null),
    () => "no fetch",
  );
  const payload = await other.onGitHub
    .commit({ files: { "main.c": "// other\n" } })
    .then((after) =>
      github.payloads.push(other.onGitHub, { branch: "main", before: null, after }).then((made) => ({ after, made })),
    );
  expect((await github.deliver("push", payload.made, { to: webhookUrl(server) })).status).toBe(200);
  await until(
    async () => {
      const path = `/v1/repositories/other/commits/${payload.after}/checks`;
      const answer = await server.request("GET", path, { token: admin });
      return answer.ok && (await answer.text()).includes('"status":"queued"');
    },
    () => "the other repository waits too",
    10,
  );
  expect(await statusOf(stuck.sha)).toBe("waiting");
  github.clearFaults();
  await github.down();
  await github.up();
  await withWorkers(2, workers, () => settled(platform));
  await expectAllWell([stuck]);
}, 30_000);
