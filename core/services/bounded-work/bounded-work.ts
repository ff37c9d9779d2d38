import { availableParallelism } from "node:os";
import type { Logger } from "pino";
import { type BoundedProcess, type ProcessLimits, startBoundedProcess } from "./bounded-process";
import { createFairQueue } from "./fair-queue";
import type { BoundedTask, Outcome } from "./task";

/**
 * Does work whose cost somebody outside decides, where it can be ended: in processes with limits on time and memory. Whatever they are
 * given, requests, jobs and probes of this process go on.
 */
export interface BoundedWork {
  /**
   * Does a piece of work. Owners take turns, and none has all processes at once.
   * @param owner whose work it is, such as the repository that the input comes from
   * @returns `done`; `exceeded` when its limit of time or memory ended it; `busy` when it waited too long, or too much waits already
   * @throws Error what the task throws, which is a mistake of the task's
   */
  run<Input, Output>(
    task: BoundedTask<Input, Output>,
    input: Input,
    options: { readonly owner: string; readonly waitMs?: number },
  ): Promise<Outcome<Output>>;
  /** Ends the processes; whatever waits or comes later is `busy`. */
  stop(): void;
}

export interface BoundedWorkLimits extends ProcessLimits {
  /** Processes at once, at least 2. */
  readonly processes: number;
  /** Pieces of work that may wait. Each holds its input in memory. */
  readonly waiting: number;
  /** Milliseconds after which a process that has nothing to do is ended. */
  readonly idleMs: number;
}

const defaultLimits: BoundedWorkLimits = {
  processes: Math.min(4, Math.max(2, availableParallelism())),
  memoryMiB: 768,
  cpuSeconds: 120,
  waiting: 256,
  idleMs: 300_000,
};

interface Order {
  readonly task: BoundedTask<never, unknown>;
  readonly input: unknown;
  readonly answer: PromiseWithResolvers<Outcome<unknown>>;
}

/**
 * Nothing is started before the first piece of work: a process takes some 60 ms to be ready. One that had to be ended is replaced at once.
 * Weakness: memory is limited on Linux only, looked at every 50 ms; and limits hold for a piece of work, not for an owner.
 */
export function createBoundedWork({ log, limits: given }: { log: Logger; limits?: Partial<BoundedWorkLimits> }): BoundedWork {
  const limits = { ...defaultLimits, ...given };
  const queue = createFairQueue<Order>();
  const running = new Map<string, number>();
  const idle: BoundedProcess[] = [];
  const all = new Set<BoundedProcess>();
  let idling: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  function start(): BoundedProcess {
    const started = startBoundedProcess(limits);
    all.add(started);
    return started;
  }

  function takeIdle(): BoundedProcess | undefined {
    let worker = idle.pop();
    while (worker?.gone) {
      all.delete(worker);
      worker = idle.pop();
    }
    return worker;
  }

  function pump(): void {
    while (!stopped && (idle.length > 0 || all.size < limits.processes)) {
      const next = queue.take((owner) => (running.get(owner) ?? 0) < limits.processes - 1);
      if (!next) return;
      void work(next.owner, next.item);
    }
  }

  async function work(owner: string, { task, input, answer }: Order): Promise<void> {
    running.set(owner, (running.get(owner) ?? 0) + 1);
    let worker: BoundedProcess | undefined;
    try {
      worker = takeIdle() ?? start();
      const outcome = await worker.run({ module: task.module, input }, task.timeoutMs);
      if (outcome.kind === "exceeded" && !stopped) {
        log.warn({ task: task.module, owner, limit: outcome.limit }, "a piece of work went beyond its limit and was ended");
      }
      answer.resolve(stopped ? { kind: "busy" } : outcome);
    } catch (error) {
      if (stopped) answer.resolve({ kind: "busy" });
      else answer.reject(error);
    }
    const left = (running.get(owner) ?? 1) - 1;
    if (left > 0) running.set(owner, left);
    else running.delete(owner);
    if (worker) putBack(worker);
    pump();
  }

  function putBack(worker: BoundedProcess): void {
    if (!worker.gone && worker.worn) worker.end();
    if (worker.gone) all.delete(worker);
    if (stopped) return;
    if (!worker.gone) idle.push(worker);
    else if (idle.length === 0) replace();
    clearTimeout(idling);
    idling = setTimeout(endIdle, limits.idleMs);
    idling.unref();
  }

  function replace(): void {
    try {
      idle.push(start());
    } catch (error) {
      log.error({ err: error }, "a process for bounded work couldn't be started; the next piece of work tries again");
    }
  }

  function endIdle(): void {
    for (const worker of idle.splice(0)) {
      worker.end();
      all.delete(worker);
    }
  }

  return {
    run: async <Input, Output>(
      task: BoundedTask<Input, Output>,
      input: Input,
      { owner, waitMs }: { owner: string; waitMs?: number },
    ): Promise<Outcome<Output>> => {
      if (stopped || queue.length >= limits.waiting) return { kind: "busy" };
      const order: Order = { task, input, answer: Promise.withResolvers() };
      queue.add(owner, order);
      const timer =
        waitMs === undefined
          ? undefined
          : setTimeout(() => queue.remove(owner, order) && order.answer.resolve({ kind: "busy" }), waitMs);
      pump();
      try {
        // The process that answers runs the task's own module, so the output is of the task's type.
        return (await order.answer.promise) as Outcome<Output>;
      } finally {
        clearTimeout(timer);
      }
    },
    stop() {
      stopped = true;
      clearTimeout(idling);
      for (const worker of all) worker.end();
      for (let next = queue.take(() => true); next; next = queue.take(() => true)) next.item.answer.resolve({ kind: "busy" });
    },
  };
}
