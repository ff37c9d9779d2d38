import { describe, expect, setDefaultTimeout, test } from "bun:test";
import postgres from "postgres";
import { readConnectionUrl } from "../../core/services/database/connection-options";
import { startCommand } from "../support/command";
import { patientWorld } from "./world/patient";

setDefaultTimeout(30_000);

async function enqueue(url: string, ms: number): Promise<void> {
  expect((await fetch(`${url}/jobs/${ms}`, { method: "POST" })).status).toBe(204);
}

/** @returns the jobs still in the ledger */
async function ledger(databaseUrl: string): Promise<{ attempts: number; running: boolean }[]> {
  const { url, address } = readConnectionUrl(databaseUrl);
  const sql = postgres(url, { ...address, max: 1 });
  try {
    return [
      ...(await sql<{ attempts: number; running: boolean }[]>`
      SELECT attempts, running_token IS NOT NULL AS running FROM core_jobs WHERE name = 'patient.wait'`),
    ];
  } finally {
    await sql.end();
  }
}

describe("SIGTERM and SIGINT", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("%s lets running requests and jobs end and accepts no more", async (signal) => {
    const { env, databaseUrl } = await patientWorld({ COCOV_SHUTDOWN_SECONDS: "20" });
    const server = startCommand("start", { env });
    const url = await server.url();
    await enqueue(url, 700);
    const answer = fetch(`${url}/wait/700`);
    await Promise.all([server.logged("request begins"), server.logged("job begins")]);
    server.signal(signal);
    expect(await (await answer).json()).toEqual({ waited: 700 });
    expect((await server.ended).exitCode).toBe(0);
    expect(server.output()).toContain("job ends");
    expect(server.output().trimEnd()).toEndWith('"msg":"stopped"}');
    await expect(fetch(url)).rejects.toThrow();
    expect(await ledger(databaseUrl)).toEqual([]);
  });

  test("what takes longer than COCOV_SHUTDOWN_SECONDS is cut off, and its job handed back for the next process", async () => {
    const { env, databaseUrl } = await patientWorld({ COCOV_SHUTDOWN_SECONDS: "1" });
    const server = startCommand("start", { env });
    const url = await server.url();
    await enqueue(url, 60_000);
    const answer = fetch(`${url}/wait/60000`).then(
      () => "answered",
      () => "cut off",
    );
    await Promise.all([server.logged("request begins"), server.logged("job begins")]);
    server.signal("SIGTERM");
    expect((await server.ended).exitCode).toBe(0);
    expect(await answer).toBe("cut off");
    expect(await ledger(databaseUrl)).toEqual([{ attempts: 0, running: false }]);

    const next = startCommand("start", { env });
    expect(await next.logged("job begins")).toMatchObject({ attempt: 1 });
    next.signal("SIGTERM");
    expect((await next.ended).exitCode).toBe(0);
  });

  test("a request, a job and a plugin that hang all at once are left behind in time, and the exit code tells", async () => {
    const { env, databaseUrl } = await patientWorld({ COCOV_SHUTDOWN_SECONDS: "2", STOP: "hangs", JOBS: "stubborn" });
    const server = startCommand("start", { env });
    const url = await server.url();
    await enqueue(url, 60_000);
    void fetch(`${url}/wait/60000`).catch(() => undefined);
    await Promise.all([server.logged("request begins"), server.logged("job begins")]);
    const signaled = performance.now();
    server.signal("SIGTERM");
    expect((await server.ended).exitCode).toBe(1);
    expect(performance.now() - signaled).toBeLessThan(3000);
    expect(await server.logged("stopped")).toMatchObject({ level: "warn", unfinished: ["stop patient"] });
    expect(await ledger(databaseUrl)).toEqual([{ attempts: 0, running: false }]);
  });

  test("while a plugin's start hangs, or the database doesn't answer, stop it in time as well", async () => {
    const { env } = await patientWorld({ COCOV_SHUTDOWN_SECONDS: "2", START: "hangs" });
    const server = startCommand("start", { env });
    await server.logged("starting");
    let signaled = performance.now();
    server.signal("SIGTERM");
    expect((await server.ended).exitCode).toBe(1);
    expect(performance.now() - signaled).toBeLessThan(3000);
    expect(await server.logged("stopped")).toMatchObject({ unfinished: ["start"] });

    const asked = Promise.withResolvers<void>();
    const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => asked.resolve() } });
    const waiting = startCommand("start", { env: { ...env, COCOV_DATABASE_URL: `postgres://127.0.0.1:${silent.port}/x` } });
    await asked.promise;
    signaled = performance.now();
    waiting.signal("SIGTERM");
    expect((await waiting.ended).exitCode).toBe(0);
    expect(performance.now() - signaled).toBeLessThan(3000);
    silent.stop(true);
  });

  test("twice within a moment count once: a terminal and `bun run` both pass them on", async () => {
    const { env } = await patientWorld();
    const server = startCommand("start", { env });
    const answer = fetch(`${await server.url()}/wait/500`);
    await server.logged("request begins");
    server.signal("SIGINT");
    server.signal("SIGINT");
    expect((await answer).status).toBe(200);
    expect((await server.ended).exitCode).toBe(0);
  });

  test("for the second time end the process at once", async () => {
    const { env } = await patientWorld({ COCOV_SHUTDOWN_SECONDS: "60" });
    const server = startCommand("start", { env });
    void fetch(`${await server.url()}/wait/60000`).catch(() => undefined);
    await server.logged("request begins");
    server.signal("SIGTERM");
    await Bun.sleep(500);
    server.signal("SIGTERM");
    expect((await server.ended).exitCode).toBe(143);
    expect(server.output()).not.toContain('"stopped"');
  });

  test("while it starts, stop it in good order", async () => {
    const { env } = await patientWorld({ START: "lasts" });
    const server = startCommand("start", { env });
    await server.logged("starting");
    server.signal("SIGTERM");
    const { exitCode, stdout, stderr } = await server.ended;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain('"msg":"stopping"');
    expect(stdout).not.toContain('"msg":"listening"');
  });
});

test("a plugin that fails to start ends the process in good order, with what went wrong", async () => {
  const { env } = await patientWorld({ START: "throws" });
  const { exitCode, stdout, stderr } = await startCommand("start", { env }).ended;
  expect(exitCode).toBe(1);
  expect(stderr).toStartWith('Cocov can\'t start: Plugin "patient" failed in start: no luck today (');
  expect(stderr).toContain("caused by Error: no luck today");
  expect(stdout).toContain('"msg":"stopping"');
  expect(stdout.trimEnd()).toEndWith('"msg":"stopped"}');
});

test("errors that reach nobody are logged, and the server goes on", async () => {
  const { env } = await patientWorld({ START: "strays" });
  const server = startCommand("start", { env });
  const url = await server.url();
  expect(await server.logged("a rejected promise was awaited by nobody")).toMatchObject({
    level: "error",
    err: { message: "awaited by nobody" },
  });
  expect(await server.logged("an error was caught by nobody")).toMatchObject({
    level: "fatal",
    err: { message: "caught by nobody" },
  });
  expect(await (await fetch(`${url}/wait/0`)).json()).toEqual({ waited: 0 });
  server.signal("SIGTERM");
  expect((await server.ended).exitCode).toBe(0);
});
