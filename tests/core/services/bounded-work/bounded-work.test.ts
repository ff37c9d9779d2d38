import { afterEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { pino } from "pino";
import {
  type BoundedWork,
  type BoundedWorkLimits,
  createBoundedWork,
} from "../../../../core/services/bounded-work/bounded-work";
import { defineBoundedTask } from "../../../../core/services/bounded-work/task";

const oddWork = (timeoutMs = 20_000) =>
  defineBoundedTask<typeof import("./world/odd-work")>({ module: import.meta.resolve("./world/odd-work.ts"), timeoutMs });
const endless = oddWork(200);

const started: BoundedWork[] = [];
afterEach(() => {
  for (const work of started.splice(0)) work.stop();
});

function boundedWork(limits: Partial<BoundedWorkLimits> = {}): BoundedWork {
  const work = createBoundedWork({ log: pino({ level: "silent" }), limits: { processes: 2, ...limits } });
  started.push(work);
  return work;
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe("bounded work", () => {
  test("takes and gives texts of any characters", async () => {
    const text = "a\0\ud800\u2028é🐱".repeat(100_000);
    expect(await boundedWork().run(oddWork(), { kind: "echo", text }, { owner: "a" })).toEqual({ kind: "done", output: text });
  });

  test("that never ends is ended, and what comes after it is done", async () => {
    const work = boundedWork();
    expect(await work.run(endless, { kind: "loop" }, { owner: "a" })).toEqual({ kind: "exceeded", limit: "time" });
    expect(await work.run(oddWork(), { kind: "pid" }, { owner: "a" })).toMatchObject({ kind: "done" });
  });

  test.each(["memory", "text", "die"])("that takes all memory (%s) is ended, and what comes after it is done", async (kind) => {
    const work = boundedWork();
    expect(await work.run(oddWork(), { kind }, { owner: "a" })).toEqual({ kind: "exceeded", limit: "memory" });
    expect(await work.run(oddWork(), { kind: "pid" }, { owner: "a" })).toMatchObject({ kind: "done" });
  });

  test("that fails says with what", async () => {
    expect(boundedWork().run(oddWork(), { kind: "throw" }, { owner: "a" })).rejects.toThrow("odd");
  });

  test("is done in a process that knows nothing of this one's environment", async () => {
    const { COCOV_SECRET_OF_TEST: before } = process.env;
    process.env.COCOV_SECRET_OF_TEST = "secret";
    const outcome = await boundedWork().run(oddWork(), { kind: "environment" }, { owner: "a" });
    if (before === undefined) delete process.env.COCOV_SECRET_OF_TEST;
    expect(JSON.stringify(outcome)).not.toInclude("secret");
  });

  test("of one owner never keeps another's from being done", async () => {
    const work = boundedWork();
    const greedy = Array.from({ length: 20 }, () => work.run(oddWork(), { kind: "loop" }, { owner: "greedy" }));
    expect(await work.run(oddWork(), { kind: "pid" }, { owner: "modest" })).toMatchObject({ kind: "done" });
    work.stop();
    expect(await Promise.all(greedy)).toEqual(greedy.map(() => ({ kind: "busy" })));
  });

  test("is refused when too much waits, or when it has waited too long", async () => {
    const work = boundedWork({ waiting: 1 });
    const first = work.run(oddWork(), { kind: "loop" }, { owner: "a" });
    const second = work.run(oddWork(), { kind: "pid" }, { owner: "a", waitMs: 50 });
    expect(await work.run(oddWork(), { kind: "pid" }, { owner: "b" })).toEqual({ kind: "busy" });
    expect(await second).toEqual({ kind: "busy" });
    work.stop();
    expect(await first).toEqual({ kind: "busy" });
    expect(await work.run(oddWork(), { kind: "pid" }, { owner: "a" })).toEqual({ kind: "busy" });
  });

  test("isn't disturbed by the signals that ask the platform to stop", async () => {
    const work = boundedWork();
    const first = await work.run(oddWork(), { kind: "pid" }, { owner: "a" });
    const pid = first.kind === "done" ? Number(first.output) : 0;
    const second = work.run(oddWork(), { kind: "wait", size: 300 }, { owner: "a" });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.kill(pid, signal);
    expect(await second).toEqual({ kind: "done", output: pid });
  });

  test("goes on when a process that had nothing to do was killed", async () => {
    const work = boundedWork();
    const first = await work.run(oddWork(), { kind: "pid" }, { owner: "a" });
    const pid = first.kind === "done" ? Number(first.output) : 0;
    process.kill(pid, "SIGKILL");
    while (isAlive(pid)) await Bun.sleep(5);
    // The news may come a moment later.
    await Bun.sleep(50);
    expect(await work.run(oddWork(), { kind: "pid" }, { owner: "a" })).toMatchObject({ kind: "done" });
  });

  test("doesn't keep a process from ending, and ends with it", async () => {
    const program = join(import.meta.dir, "world", "owner.ts");
    const owner = Bun.spawn(["bun", program], { stdout: "pipe", stderr: "inherit" });
    const pid = Number((await new Response(owner.stdout).text()).trim());
    expect(await owner.exited).toBe(0);
    while (isAlive(pid)) await Bun.sleep(10);
    expect(isAlive(pid)).toBeFalse();
  });

  test("whose parent was killed ends by its limit of processor time at the latest", async () => {
    const program = join(import.meta.dir, "world", "owner.ts");
    const owner = Bun.spawn(["bun", program, "loop"], { stdout: "pipe", stderr: "inherit" });
    const { value } = await owner.stdout.getReader().read();
    const pid = Number(new TextDecoder().decode(value).trim());
    owner.kill("SIGKILL");
    await owner.exited;
    expect(isAlive(pid)).toBeTrue();
    while (isAlive(pid)) await Bun.sleep(50);
  });
});
