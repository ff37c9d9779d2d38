import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json, pushed } from "../../../testing/factories";
import { manifest, useWorkerWorld } from "../../plugins/worker-http/world";
import { startGate, startWorker } from "./worker-process";

const world = await useWorkerWorld();
const { server, github, onGitHub, admin, token } = world;
await world.queueRuns(0);
const gate = startGate(server.url);

interface ShownCommit {
  status: string;
  checks: { id: number; plugin_name: string; status: string; error_output?: string }[];
}
interface ShownIssue {
  uid: string;
  kind: string;
  file: string;
  line_start: number;
  message: string;
}

const get = async <T>(path: string): Promise<T> => json<T>(await server.request("GET", path, { token: admin }), 200);
const shown = (sha: string) => get<ShownCommit>(`/v1/repositories/api/commits/${sha}/checks`);
const issuesOf = async (sha: string) =>
  (await get<{ issues: ShownIssue[] }>(`/v1/repositories/api/commits/${sha}/issues?per_page=100`)).issues;
const brief = ({ kind, file, line_start, message }: ShownIssue) => `${file}:${line_start} ${kind}: ${message}`;
const push = async (files: Record<string, string>) => (await pushed(server, github, onGitHub, { files })).sha;

const messy = {
  "src/main.c": `// TODO: say hello\nint main() {}  \n${"x".repeat(129)}\nint todo = 1;\n`,
  "src/other.py": "# FIXME\n<<<<<<< HEAD\nx = 1\n",
  "notes.md": `${"long prose ".repeat(30)}  \n`,
  "blob.bin": "\0 // TODO not text\n",
};

test("a job goes from push to commit status through the worker", async () => {
  const sha = await push(messy);
  const worker = startWorker(server.url, token);
  expect(await worker.exited).toBe(0);
  expect(await shown(sha)).toMatchObject({ status: "completed", checks: [{ status: "completed" }, { status: "completed" }] });
  expect((await issuesOf(sha)).map(brief).sort()).toEqual([
    "src/main.c:1 quality: TODO left in the code: say hello",
    "src/main.c:2 style: White space at the end of the line",
    "src/main.c:3 style: 129 columns; 128 fit",
    "src/other.py:1 quality: FIXME left in the code",
    "src/other.py:2 bug: Marker of an unresolved merge conflict",
  ]);
  await server.app.jobs.idle();
  expect(github.statuses({ sha }).map(({ state }) => state)).toEqual(["pending", "failure"]);
  expect(await worker.output).toContain("cocov/todo-comments: 2 issues");
}, 30_000);

test("an issue keeps its id when lines are added above it", async () => {
  const before = await push({ "src/main.c": "// TODO: a\n// TODO: a\n" });
  await startWorker(server.url, token).exited;
  const after = await push({ "src/main.c": "\nint x;\n// TODO: a\n// TODO: a\n" });
  await startWorker(server.url, token).exited;
  const uids = async (sha: string) => (await issuesOf(sha)).filter(({ file }) => file === "src/main.c").map(({ uid }) => uid);
  expect(await uids(after)).toEqual(await uids(before));
  expect(new Set(await uids(after)).size).toBe(2);
}, 30_000);

test("a plugin that the worker doesn't have errs with an output that names it, and the others run", async () => {
  const sha = await push({ ".cocov.yaml": manifest.replace("cocov/tidy-lines:v1", "acme/unheard-of:v3") });
  expect(await startWorker(server.url, token).exited).toBe(0);
  const { status, checks } = await shown(sha);
  expect(status).toBe("errored");
  const failed = checks.find(({ plugin_name }) => plugin_name === "acme/unheard-of" || plugin_name === "unheard-of");
  const detail = await get<{ error_output: string }>(`/v1/repositories/api/commits/${sha}/checks/${failed?.id}`);
  expect(detail.error_output).toContain("acme/unheard-of");
  expect(checks.filter(({ id }) => id !== failed?.id).map((check) => check.status)).toEqual(["completed"]);
  await push({ ".cocov.yaml": manifest });
  await world.queueRuns(0);
}, 30_000);

test("a worker fetches each mounted secret once and byte for byte, and leaves none behind", async () => {
  await json(
    await server.request("POST", "/v1/secrets", { token: admin, body: { name: "MADE_UP", data: "never printed\n" } }),
    201,
  );
  const mounts =
    'mounts: [{ source: "secrets:made_up", destination: "~/a" }, { source: "secrets:MADE_UP", destination: "~/b" }]';
  const sha = await push({ ".cocov.yaml": `${manifest}    ${mounts}\n` });
  gate.requests.length = 0;
  const worker = startWorker(gate.url, token);
  expect(await worker.exited).toBe(0);
  expect((await shown(sha)).status).toBe("completed");
  expect(gate.requests.filter(({ line }) => line === "GET /v1/secrets/data")).toHaveLength(2);
  expect(await worker.output).toContain("cocov/tidy-lines: 2 secrets");
  expect(await worker.output).not.toContain("never printed");
  await push({ ".cocov.yaml": manifest });
  await world.queueRuns(0);
}, 30_000);

test("a worker that is killed in the middle of a job loses it to another one, which finishes it", async () => {
  const sha = await push(messy);
  const reporting = gate.hold(/^PUT /);
  const first = startWorker(gate.url, token);
  await reporting;
  first.kill("SIGKILL");
  await first.exited;
  gate.open();
  expect((await shown(sha)).status).toBe("in_progress");
  const [row] = await server.app.db.sql<{ jobId: string }[]>`SELECT job_id AS "jobId" FROM worker_jobs`;
  await world.runOut(row?.jobId ?? "");
  expect(await startWorker(server.url, token).exited).toBe(0);
  expect((await shown(sha)).status).toBe("completed");
  expect(await issuesOf(sha)).toHaveLength(5);
}, 30_000);

test("a download that breaks goes on where it ended", async () => {
  const sha = await push({ ...messy, "noise.txt": Array.from({ length: 4000 }, () => crypto.randomUUID()).join("\n") });
  gate.requests.length = 0;
  gate.cut(/^GET .*archive$/, 3);
  const worker = startWorker(gate.url, token);
  expect(await worker.exited).toBe(0);
  expect((await shown(sha)).status).toBe("completed");
  const ranges = gate.requests.filter(({ line }) => line.endsWith("/archive")).map(({ range }) => range);
  expect(ranges).toHaveLength(4);
  expect(ranges[0]).toBeNull();
  const starts = ranges.slice(1).map((range) => Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1]));
  expect(starts[0]).toBeGreaterThan(0);
  expect(starts).toEqual([...starts].sort((a, b) => a - b));
}, 30_000);

test("a worker whose lease was lost says no more about that job, and takes the next one", async () => {
  const lost = await push({ "src/main.c": "// TODO: lost\n" });
  const reporting = gate.hold(/^PUT /);
  const worker = startWorker(gate.url, token, [], { COCOV_LEASE_SECONDS: "1" });
  await reporting;
  const [row] = await server.app.db.sql<{ jobId: string }[]>`SELECT job_id AS "jobId" FROM worker_jobs`;
  await world.runOut(row?.jobId ?? "");
  const heard = gate.requests.length;
  // Told so at its next renewal.
  while (!gate.requests.slice(heard).some(({ line }) => line === "POST /v1/worker/leases")) await Bun.sleep(10);
  gate.open();
  while ((await shown(lost)).status !== "completed") await Bun.sleep(10);
  const told = gate.requests.slice(heard).map(({ line }) => line.replace(/\d+|[0-9a-f]{40}/g, "*"));
  expect(told.filter((line) => line.endsWith("/notify_in_progress"))).toHaveLength(1);
  expect(told.filter((line) => line.endsWith("/wrap_up"))).toHaveLength(1);
  worker.kill("SIGTERM");
  expect(await worker.exited).toBe(0);
  expect(await worker.output).toContain("lost to another worker");
}, 30_000);

test("a worker that is shut down gives its job back at once", async () => {
  const sha = await push({ "src/main.c": "// TODO: again\n" });
  const reporting = gate.hold(/^PUT /);
  const worker = startWorker(gate.url, token, []);
  await reporting;
  worker.kill("SIGTERM");
  expect(await worker.exited).toBe(0);
  gate.open();
  const [row] = await server.app.db.sql`SELECT lease_id, expiries FROM worker_jobs`;
  expect(row).toEqual({ lease_id: null, expiries: 0 });
  expect(await startWorker(server.url, token).exited).toBe(0);
  expect((await shown(sha)).status).toBe("completed");
}, 30_000);

test("a worker stops when its job is canceled, and ends the run as canceled", async () => {
  const sha = await push({ "src/main.c": "// TODO: and again\n" });
  const reporting = gate.hold(/^PUT /);
  const worker = startWorker(gate.url, token, ["--once"], { COCOV_LEASE_SECONDS: "1" });
  await reporting;
  await server.request("DELETE", `/v1/repositories/api/commits/${sha}/checks`, { token: admin });
  expect(await worker.exited).toBe(0);
  gate.open();
  const { status, checks } = await shown(sha);
  expect([status, ...checks.map((check) => check.status)]).toEqual(["canceled", "canceled", "canceled"]);
  expect(await worker.output).toContain("canceled");
}, 30_000);

test("links that lead out of the checkout are not followed, neither to files nor to folders", async () => {
  const outside = await mkdtemp(join(tmpdir(), "cocov-outside-"));
  await Bun.write(join(outside, "secret.c"), "// TODO: the secret line\n");
  const link = (path: string) => ({ symlink: path });
  const { sha } = await pushed(server, github, onGitHub, {
    files: {
      "src/main.c": "// TODO: mine\n",
      folder: link(outside),
      "file.c": link(join(outside, "secret.c")),
      "deep/up": link("../.."),
      "deep/down": link("../folder"),
      circle: link("."),
    },
  });
  expect(await startWorker(server.url, token).exited).toBe(0);
  expect((await shown(sha)).status).toBe("completed");
  const found = await issuesOf(sha);
  expect(found.filter(({ file }) => file !== "src/other.py").map(brief)).toEqual([
    "src/main.c:1 quality: TODO left in the code: mine",
  ]);
  await rm(outside, { recursive: true });
}, 30_000);

test("every report says which run it is about", async () => {
  const sha = await push({ "src/main.c": "// TODO: one\n" });
  const [{ jobId } = { jobId: "" }] = await server.app.db.sql<{ jobId: string }[]>`SELECT job_id AS "jobId" FROM worker_jobs`;
  gate.requests.length = 0;
  expect(await startWorker(gate.url, token).exited).toBe(0);
  expect((await shown(sha)).status).toBe("completed");
  const reports = gate.requests.filter(({ line }) => line.includes(`/commits/${sha}/`) || line.startsWith("PUT "));
  expect(new Set(reports.map(({ line }) => line.replace(/^(\w+) .*\//, "$1 ")))).toEqual(
    new Set(["POST notify_in_progress", "PATCH checks", "PUT issues", "POST wrap_up"]),
  );
  for (const { body } of reports) expect(JSON.parse(body)).toMatchObject({ job_id: jobId });
}, 30_000);

test("a worker gives a job back whose archive is gone, and it is finished when that has been fetched again", async () => {
  const sha = await push({ "src/main.c": "// TODO: lost\n" });
  const beginning = gate.hold(/notify_in_progress$/);
  const first = startWorker(gate.url, token);
  await beginning;
  for await (const path of new Bun.Glob(`git_storage/*/${sha}.tar.zst`).scan({ cwd: server.dataDir, absolute: true })) {
    await rm(path);
  }
  gate.open();
  expect(await first.exited).toBe(0);
  expect(await first.output).toContain("its archive is missing");
  await server.app.jobs.idle();
  expect(await startWorker(server.url, token).exited).toBe(0);
  expect((await shown(sha)).status).toBe("completed");
}, 30_000);

test("a worker without settings says what it needs", async () => {
  const worker = startWorker("", "");
  expect(await worker.exited).toBe(2);
});
