import { pino } from "pino";
import { createBoundedWork } from "../../../../../core/services/bounded-work/bounded-work";
import { defineBoundedTask } from "../../../../../core/services/bounded-work/task";

/** Has work done, prints the number of the process that does it, and ends without stopping it; with "loop", that has no end. */
const work = createBoundedWork({ log: pino({ level: "silent" }), limits: { cpuSeconds: 1 } });
const task = defineBoundedTask<typeof import("./odd-work")>({
  module: import.meta.resolve("./odd-work.ts"),
  timeoutMs: 60_000,
});
const outcome = await work.run(task, { kind: "pid" }, { owner: "test" });
if (process.argv[2] === "loop") void work.run(task, { kind: "loop" }, { owner: "test" });
if (outcome.kind === "done") console.log(outcome.output);
if (process.argv[2] === "loop") setInterval(() => {}, 1_000);
