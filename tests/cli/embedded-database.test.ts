import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readPostmaster } from "../../core/services/embedded-postgres/postmaster-file";
import { runToEnd, startCommand } from "../support/command";
import { patientWorld } from "./world/patient";

// Making a cluster and recovering one take seconds on a busy machine.
setDefaultTimeout(60_000);

const dataDir = await mkdtemp(join(tmpdir(), "cocov-embedded-"));
await chmod(dataDir, 0o755);
const { env: external } = await patientWorld();
const env = { ...external, COCOV_DATABASE_URL: undefined, COCOV_CRYPTOGRAPHIC_KEY: undefined, COCOV_DATA_DIR: dataDir };
const start = () => startCommand("start", { env });
const postmaster = () => readPostmaster(join(dataDir, "postgres", "cluster"));
const countJobs = "(await sql`SELECT count(*)::int AS n FROM core_jobs WHERE name = 'kept'`)[0].n";

let server = start();
afterAll(async () => {
  server.signal("SIGTERM");
  await server.ended;
  await rm(dataDir, { recursive: true, force: true });
});

test("a second server on the folder of a running one is refused", async () => {
  await server.url();
  const { exitCode, stderr } = await start().ended;
  expect(exitCode).toBe(1);
  expect(stderr).toStartWith(`Cocov can't start: The data folder ${dataDir} is in use by the process with pid ${server.pid}.`);
});

test("commands use the database of a running server, and leave it running", async () => {
  const url = await server.url();
  const running = await postmaster();
  expect(await runToEnd("migrate", { args: ["--status"], env })).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await runToEnd("migrate", { env })).toMatchObject({ exitCode: 0, stdout: "Nothing to apply.\n" });
  const script = `await sql\`INSERT INTO core_jobs (name, payload) VALUES ('kept', '{}')\`; ${countJobs}`;
  expect(await runToEnd("console", { env, stdin: script })).toMatchObject({ exitCode: 0, stdout: "1\n", stderr: "" });
  expect(await runToEnd("count-jobs", { env })).toMatchObject({ exitCode: 0, stdout: "1\n", stderr: "" });
  expect(await postmaster()).toEqual(running);
  expect((await fetch(`${url}/system/probes/ready`)).status).toBe(200);
});

test("after kill -9 the next server takes the folder over, with what was in it", async () => {
  const orphan = await postmaster();
  server.signal("SIGKILL");
  await server.ended;
  server = start();
  const url = await server.url();
  expect((await fetch(`${url}/system/probes/startup`)).status).toBe(200);
  expect((await postmaster())?.pid).not.toBe(orphan?.pid);
  expect(await runToEnd("console", { env, stdin: countJobs })).toMatchObject({ exitCode: 0, stdout: "1\n" });
});

test("a stopped server stops its database, and commands start and stop it themselves", async () => {
  server.signal("SIGTERM");
  expect((await server.ended).exitCode).toBe(0);
  expect(await postmaster()).toBeUndefined();
  expect(await runToEnd("console", { env, stdin: countJobs })).toMatchObject({ exitCode: 0, stdout: "1\n" });
  expect(await postmaster()).toBeUndefined();
});

test("a server that is told to stop while its database starts stops that as well", async () => {
  const early = start();
  while (!(await postmaster())) await Bun.sleep(5);
  early.signal("SIGTERM");
  expect((await early.ended).exitCode).toBe(0);
  expect(await postmaster()).toBeUndefined();
});
