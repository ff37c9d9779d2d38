import { expect, test } from "bun:test";
import { checkSets } from "../../../plugins/checks/tables";
import { manifestOf, useRedisWorld } from "./world/redis-world";

const world = await useRedisWorld();
const { platform, redis, worker, onList, take } = world;
const admin = await platform.admin();

const cacheKey = (jobId: string) => `cocov:cached:client:${jobId}`;

test("an entry has exactly the bytes that Workers read, and what it names is there", async () => {
  const manifest = `version: "0.1.alpha"
checks:
  - plugin: cocov/rubocop:v0.1
    envs: { TEST: "true", "ß": "1 < 2 & \\"3\\"" }
  - plugin: registry.example.org:5000/team/brakeman:v0.1
    mounts: [{ source: "secrets:GIT_CONFIG", destination: "~/test" }]
`;
  const body = { name: "GIT_CONFIG", data: "[user]\n" };
  const path = `/v1/repositories/${world.repository}/secrets`;
  expect((await platform.request("POST", path, { token: admin, body })).status).toBe(201);
  const commit = await world.commitWith(manifest);
  const [text = ""] = await onList();
  const entry = await take();
  const [, { mounts } = { mounts: null }] = entry.checks;
  const authorization = mounts?.[0]?.authorization ?? "";
  const hash = new Bun.CryptoHasher("sha1").update(commit.name).digest("hex");
  expect(text).toBe(
    `{"check_set_id":${entry.check_set_id},"job_id":"${entry.job_id}","org":"acme","repo":"${commit.name}",` +
      `"repo_id":${commit.repositoryId},"sha":"${commit.sha}","checks":[` +
      `{"plugin":"cocov/rubocop:v0.1","envs":{"ß":"1 < 2 & \\"3\\"","TEST":"true"},"mounts":null},` +
      `{"plugin":"registry.example.org:5000/team/brakeman:v0.1","envs":null,` +
      `"mounts":[{"kind":"secret","authorization":"${authorization}","target":"~/test"}]}],` +
      `"git_storage":{"mode":"local","path":"${platform.dataDir}/git_storage/${hash}/${commit.sha}"}}`,
  );
  expect(await Bun.file(`${entry.git_storage.path}.tar.zst.shasum`).exists()).toBe(true);
  expect(await worker.secret(authorization)).toBe("[user]\n");
  expect(worker.secret(authorization)).rejects.toThrow("40");
  expect(platform.logs()).not.toContain(authorization);
  expect(JSON.stringify(await platform.db.sql`SELECT * FROM worker_redis_runs`)).not.toContain(authorization);
});

test("a job ends as its checks did, whatever the Worker leaves out or says again", async () => {
  const commit = await world.commitWith(manifestOf("cocov/rubocop:v0.1", "localhost:5000/team/tool@sha256:abc", "cocov/quiet"));
  const entry = await take();
  expect(await redis.send("GET", cacheKey(entry.job_id))).toBe(`{"name":"${commit.name}","id":${commit.repositoryId}}`);
  await redis.send("EXPIRE", cacheKey(entry.job_id), 60);
  expect(await commit.status()).toBe("queued");
  expect(await worker.begin(entry)).toBe(204);
  expect(await commit.status()).toBe("in_progress");
  await platform.idle();
  expect(Number(await redis.send("TTL", cacheKey(entry.job_id)))).toBeGreaterThan(10_000);
  // A wrap-up that comes too early is refused, and succeeds when it is repeated.
  const wrappedUp = worker.wrapUp(entry);
  const wholeFile = { uid: "1", file: "README.md", kind: "style", message: "No line" };
  await worker.work(entry, (plugin) => {
    if (plugin.startsWith("cocov/rubocop"))
      return { issues: [wholeFile, { ...wholeFile, uid: "2", line_start: 1, line_end: 1 }] };
    return plugin === "cocov/quiet" ? { output: "" } : {};
  });
  expect(await wrappedUp).toBe(204);
  expect(await worker.wrapUp(entry)).toBe(204);
  expect(await worker.report(entry, "cocov/quiet", "errored", "once more")).toBe(204);
  const { status, checks } = await commit.show();
  expect([status, ...checks.map(({ plugin_name, status }) => `${plugin_name} ${status}`)]).toEqual([
    "errored",
    "cocov/quiet errored",
    "cocov/rubocop completed",
    "team/tool@sha256 completed",
  ]);
  expect(await commit.told()).toEqual(["Checks are running", "Something went wrong on Cocov's side while checks ran"]);
  expect(await redis.send("EXISTS", cacheKey(entry.job_id))).toBe(0);
  expect(await platform.db.sql`SELECT * FROM worker_redis_runs WHERE job_id = ${entry.job_id}`).toHaveLength(0);
});

test("a Worker that can't fetch a secret says so for every check, again after wrapping up", async () => {
  const commit = await world.commitWith(manifestOf("a/one", "a/two"));
  const entry = await take();
  const [check] = entry.checks;
  const broken = {
    ...entry,
    checks: [
      { ...check, plugin: "a/one", envs: null, mounts: [{ kind: "secret", authorization: "csa_x", target: "/x" }] },
      ...entry.checks.slice(1),
    ],
  };
  await worker.work(broken);
  expect(await commit.show()).toMatchObject({ status: "errored", checks: [{ status: "errored" }, { status: "errored" }] });
  expect(await commit.output("a/two")).toContain("answered with");
});

test("a Worker that dies without a word holds its run up until the time limit: after it began, and before", async () => {
  for (const saysThatItBegins of [true, false]) {
    const commit = await world.commitWith(manifestOf("a/one"));
    const entry = await take();
    if (saysThatItBegins) await worker.begin(entry);
    await world.reconcile();
    await world.lookAfterRuns();
    expect(await commit.status()).toBe(saysThatItBegins ? "in_progress" : "queued");
    await platform.letTimePass(10_801, [checkSets.lastCallbackAt]);
    await world.lookAfterRuns();
    expect(await commit.status()).toBe("errored");
    expect(await commit.output("a/one")).toContain("10800 seconds");
    expect(await commit.reRun()).toBe(204);
    expect(await take()).toMatchObject({ sha: commit.sha });
  }
});

test("a run that nobody takes waits, however long, also when a former run's Worker says that it begins", async () => {
  const commit = await world.commitWith(manifestOf("a/one"));
  const former = await take();
  await worker.work(former);
  expect(await commit.reRun()).toBe(204);
  expect(await worker.begin(former)).toBe(204);
  await platform.letTimePass(20_000, [checkSets.lastCallbackAt, checkSets.queuedAt]);
  await world.lookAfterRuns();
  expect(await commit.status()).toBe("in_progress");
  await worker.work(await take());
  expect(await commit.status()).toBe("completed");
});

test("what a former run's Worker still says counts for nothing until somebody has the new one", async () => {
  const commit = await world.commitWith(manifestOf("a/one", "a/two"));
  const former = await take();
  await worker.work(former, () => ({ output: "broken" }));
  expect(await commit.reRun()).toBe(204);
  for (const status of ["in_progress", "errored", "completed"]) {
    expect(await worker.report(former, "a/one", status)).toBe(204);
    expect(await worker.report(former, "a/two", status)).toBe(204);
  }
  expect(await worker.wrapUp(former)).toBe(409);
  expect(await commit.show()).toMatchObject({ status: "queued", checks: [{ status: "waiting" }, { status: "waiting" }] });
  const present = await take();
  expect(await worker.report(present, "a/one", "completed")).toBe(204);
  expect(await commit.show()).toMatchObject({ status: "queued", checks: [{ status: "completed" }, { status: "waiting" }] });
  expect(await worker.report(present, "a/two", "completed")).toBe(204);
  expect(await worker.wrapUp(present)).toBe(204);
  expect(await commit.status()).toBe("completed");
});

test("what has waited for days is made anew where it stands, since its authorizations and its repository's name don't last", async () => {
  const manifest = `version: "0.1.alpha"\nchecks: [{ plugin: a/one, mounts: [{ source: "secrets:GIT_CONFIG", destination: "/x" }] }]\n`;
  const commits = [await world.commitWith(manifest), await world.commitWith(manifest)] as const;
  const [first = "", second = ""] = await onList();
  const { job_id } = await world.jobOf(commits[0]);
  await platform.db.sql`UPDATE worker_redis_runs SET made_at = now() - interval '6 days' WHERE job_id = ${job_id}`;
  await world.reconcile();
  const [renewed = "", unchanged] = await onList();
  expect(unchanged).toBe(second);
  expect(renewed).not.toBe(first);
  expect(renewed.replace(/csa_\w+/, "")).toBe(first.replace(/csa_\w+/, ""));
  await world.reconcile();
  expect(await onList()).toEqual([renewed, second]);
  for (const commit of commits) {
    await worker.work(await take());
    expect(await commit.status()).toBe("completed");
  }
});
