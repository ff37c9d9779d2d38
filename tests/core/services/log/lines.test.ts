import { describe, expect, test } from "bun:test";
import { DrizzleQueryError } from "drizzle-orm";
import { createLogger } from "../../../../core/services/log/logger";

function logger(level = "info") {
  const lines: string[] = [];
  const log = createLogger(level, { write: (line) => void lines.push(line) });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? "") };
}

describe("the log", () => {
  test("is one JSON object a line, with its level by name, its time in UTC and the process", () => {
    const { log, last } = logger();
    log.info({ repository: "web" }, "fetched\ntwice");
    expect(last()).toMatchObject({ level: "info", pid: process.pid, repository: "web", msg: "fetched\ntwice" });
    expect(last().time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  test("leaves out what is less severe than its level", () => {
    const { log, lines } = logger("warn");
    log.info("too little");
    log.warn("enough");
    expect(lines).toHaveLength(1);
  });

  test("replaces values whose names say that they are secret", () => {
    const { log, lines, last } = logger();
    log.info({ token: "hunter2", request: { authorization: "hunter2" }, child: { password: "hunter2", size: 3 } }, "x");
    expect(lines.join("")).not.toContain("hunter2");
    expect(last().child).toEqual({ password: "[secret]", size: 3 });
  });

  test("shows an error's message, stack and causes, and neither its other properties nor a query's parameters", () => {
    const { log, lines, last } = logger();
    const refused = Object.assign(new Error("refused"), { response: { headers: "hunter2" } });
    const failed = new DrizzleQueryError("insert into users values ($1)", ["hunter2"], refused);
    log.error({ err: failed }, "a query failed");
    expect(lines.join("")).not.toContain("hunter2");
    expect(last().err).toMatchObject({
      message: "Failed query: insert into users values ($1)",
      cause: { message: "refused", stack: expect.stringContaining("lines.test.ts") },
    });
  });

  test("of a process that ends has every line, the last ones included", async () => {
    const script = `
      import { createLogger } from ${JSON.stringify(`${import.meta.dir}/../../../../core/services/log/logger`)};
      const log = createLogger("info");
      for (let n = 1; n <= 2000; n++) log.info({ n }, "line");
      process.exit(3);
    `;
    const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "pipe" });
    const text = await new Response(child.stdout).text();
    expect(await child.exited).toBe(3);
    expect(
      text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).n),
    ).toEqual(Array.from({ length: 2000 }, (_, n) => n + 1));
  });
});
