import { z } from "zod";
import { orderMessage, type ReportMessage } from "./messages";

/** The process that does bounded work: one piece after the other, until its parent ends it or is gone. */

const taskModule = z.object({ default: z.custom<(input: unknown) => unknown>((value) => typeof value === "function") });

const report = (message: ReportMessage): void => void process.send?.(message);

// Who stops the platform often signals all of its processes, but requests and jobs that go on to their end still need this one.
for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"]) process.on(signal, () => {});
process.on("disconnect", () => process.exit());
process.on("message", async (message) => {
  try {
    const { module, input } = orderMessage.parse(message);
    const { default: work } = taskModule.parse(await import(module));
    report({ kind: "started" });
    report({ kind: "done", output: work(input) });
  } catch (error) {
    const exhausted = error instanceof RangeError && /out of memory/i.test(error.message);
    report(
      exhausted ? { kind: "memory" } : { kind: "failed", error: error instanceof Error ? String(error.stack) : String(error) },
    );
  }
});
