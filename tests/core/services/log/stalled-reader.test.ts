import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../../../core/app/installation";
import { patientWorld } from "../../../cli/world/patient";
import { startRead } from "./piped-process";

setDefaultTimeout(30_000);
const start = [join(projectRoot, "cli/cocov.ts"), "start"];

/** A process that logs numbered lines, more than a pipe holds, and then does something. */
const logging = (lines: number, then: string): string[] => [
  "-e",
  `import { createLogger } from ${JSON.stringify(join(projectRoot, "core/services/log/logger"))};
   const log = createLogger("info");
   for (let n = 1; n <= ${lines}; n++) log.info({ n }, "line");
   ${then}`,
];
const numbers = (text: string): number[] =>
  text
    .split("\n")
    .filter((line) => line.includes('"n":'))
    .map((line) => JSON.parse(line).n);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe("a server whose log nobody reads", () => {
  test("goes on answering, and what it logged meanwhile comes once somebody reads", async () => {
    const { env } = await patientWorld();
    const server = startRead(start, { env });
    const url = /"url":"([^"]+)"/.exec(await server.readUntil('"msg":"listening"'))?.[1];
    for (let round = 0; round < 20; round++) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(`${url}/wait/0`)));
      expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    }
    server.signal("SIGTERM");
    const log = await server.readAll();
    expect(log.match(/"msg":"request begins"/g)).toHaveLength(1000);
    expect(log.trimEnd()).toEndWith('"msg":"stopped"}');
    expect(await server.ended).toBe(0);
  });

  test("ends all the same, with what it logged last unsaid", async () => {
    const { env } = await patientWorld();
    const server = startRead(start, { env });
    const url = /"url":"([^"]+)"/.exec(await server.readUntil('"msg":"listening"'))?.[1];
    await Promise.all(Array.from({ length: 500 }, () => fetch(`${url}/wait/0`)));
    server.signal("SIGTERM");
    expect(await server.ended).toBe(0);
  });
});

test("a command ends although nobody takes the message about what keeps it from running", async () => {
  const env = { COCOV_PORT: "none" };
  expect(await startRead(start, { env, output: "stderr", full: true }).ended).toBe(1);
  expect(await startRead(start, { env, output: "stderr" }).readAll()).toContain("COCOV_PORT");
});

describe("the last lines of a process come out", () => {
  test.each([
    ["exits", "process.exit(3);", 3],
    ["has nothing left to do", "", 0],
    ["ends by an error that nobody catches", "throw new Error('uncaught');", 1],
    [
      "ends by an error in a callback",
      "setTimeout(() => { throw new Error('uncaught'); }, 5); setInterval(() => {}, 1000);",
      1,
    ],
    ["ends by a promise that is rejected", "setInterval(() => {}, 1000); await Promise.reject(new Error('uncaught'));", 1],
  ])("when it %s, though its pipe was full", async (_how, then, exitCode) => {
    const child = startRead(logging(3000, then));
    await child.readUntil('"n":1,');
    expect(numbers(await child.readAll())).toEqual(upTo(3000));
    expect(await child.ended).toBe(exitCode);
  });

  test("when it writes to a file", async () => {
    const path = join(tmpdir(), `cocov-log-${crypto.randomUUID()}`);
    const child = Bun.spawn([process.execPath, ...logging(3000, "process.exit(0);")], { stdout: Bun.file(path) });
    expect(await child.exited).toBe(0);
    expect(numbers(await Bun.file(path).text())).toEqual(upTo(3000));
    await Bun.file(path).delete();
  });
});

test("of more lines than memory is set aside for, some are kept in order and the others counted", async () => {
  const script = logging(150_000, "console.error('logged'); await Bun.stdin.text(); log.info('last');");
  const child = Bun.spawn([process.execPath, ...script], { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
  await child.stderr.getReader().read();
  await child.stdin.end();
  const text = await new Response(child.stdout).text();
  expect(await child.exited).toBe(0);
  const kept = numbers(text);
  const lost = [...text.matchAll(/"lost":(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  expect(kept).toEqual(upTo(kept.length));
  expect(lost).toBeGreaterThan(0);
  expect(kept.length + lost).toBe(text.includes('"msg":"last"') ? 150_000 : 150_001);
  expect(text.length).toBeLessThan(12 * 1024 * 1024);
});
