import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type OrderMessage, reportMessage } from "./messages";
import type { Outcome } from "./task";

/** What a process may take. */
export interface ProcessLimits {
  /** MiB of memory while it works, the runtime's own 50 or so included. Kept on Linux only. */
  readonly memoryMiB: number;
  /** Seconds of processor time in all. It ends one that its parent couldn't end, because the parent was killed. */
  readonly cpuSeconds: number;
}

/** Does one piece of work at a time. */
export interface BoundedProcess {
  /**
   * @param timeoutMs counted from when the work begins, not from when the process starts or loads its module
   * @returns how it ended; after anything but `done` the process is gone
   * @throws Error with what the work threw, or when the process doesn't start; it is gone then, too
   */
  run(order: OrderMessage, timeoutMs: number): Promise<Outcome<unknown>>;
  /** Whether it has come so near to a limit of its whole life that it should do no further work. */
  readonly worn: boolean;
  /** Whether it takes no further work. */
  readonly gone: boolean;
  end(): void;
}

/** For starting and loading modules, on however busy a machine. */
const startMs = 30_000;

/** Milliseconds between two looks at how much memory a process has. */
const memoryWatchMs = 50;

/**
 * KiB for data: what is between two looks can't be more. With less than 3 GiB the runtime gets no room for compiled code and is twenty
 * times slower.
 */
const mostData = 4 * 1024 * 1024;

const script = 'ulimit -c 0; ulimit -d "$1" 2>/dev/null; ulimit -t "$2" 2>/dev/null; shift 2; exec "$@"';
const main = fileURLToPath(import.meta.resolve("./process-main.ts"));

/** Starts a process that doesn't keep this one from ending, knows nothing of its environment, and ends with it. */
export function startBoundedProcess({ memoryMiB, cpuSeconds }: ProcessLimits): BoundedProcess {
  let hear: (message: unknown) => void = () => {};
  let gone = false;
  let workedMs = 0;
  const limits = [String(mostData), String(cpuSeconds)];
  const child = Bun.spawn(["/bin/sh", "-c", script, "sh", ...limits, process.execPath, "--smol", main], {
    cwd: "/",
    env: {},
    stdio: ["ignore", "ignore", "ignore"],
    serialization: "advanced",
    ipc: (message) => hear(message),
  });
  child.unref();
  void child.exited.then(() => {
    gone = true;
  });

  function end(): void {
    gone = true;
    child.kill("SIGKILL");
  }

  async function run(order: OrderMessage, timeoutMs: number): Promise<Outcome<unknown>> {
    const outcome = Promise.withResolvers<Outcome<unknown>>();
    let begun: number | undefined;
    const overdue = (): void => {
      if (begun === undefined) outcome.reject(new Error(`a process for bounded work didn't start within ${startMs} ms`));
      else outcome.resolve({ kind: "exceeded", limit: "time" });
    };
    let timer = setTimeout(overdue, startMs);
    const watch = setInterval(() => {
      if (residentMiB(child.pid) > memoryMiB) outcome.resolve({ kind: "exceeded", limit: "memory" });
    }, memoryWatchMs);
    hear = (message) => {
      const { success, data: report } = reportMessage.safeParse(message);
      if (!success) outcome.reject(new Error("a process for bounded work answered with something else"));
      else if (report.kind === "started") {
        begun = performance.now();
        clearTimeout(timer);
        timer = setTimeout(overdue, timeoutMs);
      } else if (report.kind === "memory") outcome.resolve({ kind: "exceeded", limit: "memory" });
      else if (report.kind === "failed") outcome.reject(new Error(report.error));
      else outcome.resolve({ kind: "done", output: report.output });
    };
    void child.exited.then((code) => {
      // Where there is no memory, runtimes crash and kernels kill; nothing else ends it in the middle of its work.
      if (begun !== undefined) outcome.resolve({ kind: "exceeded", limit: "memory" });
      else outcome.reject(new Error(`a process for bounded work ended with ${code} before it began`));
    });
    try {
      child.send(order);
      const ended = await outcome.promise;
      if (ended.kind !== "done") end();
      return ended;
    } catch (error) {
      end();
      throw error;
    } finally {
      clearTimeout(timer);
      clearInterval(watch);
      if (begun !== undefined) workedMs += performance.now() - begun;
    }
  }

  return {
    run,
    end,
    get worn() {
      return workedMs > cpuSeconds * 500 || residentMiB(child.pid) > memoryMiB / 2;
    },
    get gone() {
      return gone;
    },
  };
}

/** Memory that a process has, in MiB; 0 where that can't be read: elsewhere than on Linux, or when it has just ended. */
function residentMiB(pid: number): number {
  try {
    return Number(/^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
