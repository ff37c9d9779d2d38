import { Queue, shutdownManager, Worker } from "bunqueue/client";
import type { Logger } from "pino";
import { z } from "zod";
import type { Handover } from "../handover";
import type { QueueEndpoint } from "./queue-url";

/** What bunqueue delivers: a row of the ledger, or the tick of a schedule. */
export type Delivery = { id: number; handover: number } | { tick: true };

const delivery = z.union([z.object({ id: z.number(), handover: z.number() }), z.object({ tick: z.literal(true) })]);

/** bunqueue with one queue per job name, in memory or on a server. It may forget everything at any moment. */
export interface JobQueues {
  /** @throws when a server doesn't take them; it may have taken some */
  add(name: string, handovers: readonly Handover[]): Promise<void>;
  /** Whether the queue still holds the row. */
  has(handover: Handover): Promise<boolean>;
  /** Makes the schedule unless it exists. */
  ensureSchedule(name: string, everySeconds: number): Promise<void>;
  /** @throws when the server doesn't answer */
  ping(): Promise<void>;
  /** No more deliveries from now on. */
  pause(): void;
  /** Closes connections without waiting for deliveries under way. Ends the memory of an embedded bunqueue after its last user. */
  close(): Promise<void>;
}

export interface QueuesOptions {
  /** None: embedded, in memory. */
  endpoint?: QueueEndpoint;
  /** Keeps those that share a bunqueue apart: it is part of every queue's name and every job's id. */
  prefix: string;
  jobs: readonly { name: string; concurrency: number }[];
  /** Called for each delivery, at most `concurrency` at a time for each name. Must not throw. */
  deliver(name: string, delivery: Delivery): Promise<void>;
  log: Logger;
}

/** bunqueue's embedded queue is one per process; whoever closes it last shuts it down. */
let embeddedUsers = 0;

/** Opens a queue and a worker for each job name. */
export function openQueues({ endpoint, prefix, jobs, deliver, log }: QueuesOptions): JobQueues {
  const connection = endpoint ? connectToServer(endpoint) : inMemory;
  if (!endpoint) embeddedUsers += 1;

  const lanes = new Map(
    jobs.map(({ name, concurrency }) => {
      const queue = new Queue<Delivery>(name, { ...connection.queue, prefixKey: prefix });
      const worker = new Worker<Delivery, null>(
        name,
        async (job) => {
          await deliver(name, delivery.parse(job.data));
          return null;
        },
        { ...connection.worker, ...workerOptions, prefixKey: prefix, concurrency },
      );
      worker.on("error", (error) => log.warn({ err: error, job: name }, "bunqueue reports a problem"));
      return [name, { queue, worker }];
    }),
  );
  const lane = (name: string) => {
    const found = lanes.get(name);
    if (!found) throw new Error(`no queue for job ${name}`);
    return found;
  };
  const wakeTimers = new Set<ReturnType<typeof setTimeout>>();
  let paused = false;

  /** An embedded worker looks for work now and then; leaving a pause makes it look at once. */
  const wakeWorker = (name: string): void => {
    if (endpoint || paused) return;
    const { worker } = lane(name);
    worker.pause();
    worker.resume();
  };
  const wakeWorkerIn = (name: string, delayMs: number): void => {
    if (endpoint || delayMs > 60_000) return;
    const timer = setTimeout(() => {
      wakeTimers.delete(timer);
      wakeWorker(name);
    }, delayMs + 1);
    wakeTimers.add(timer);
  };

  return {
    async add(name, handovers) {
      const jobId = ({ id, handover }: Handover) => `${prefix}${id}.${handover}`;
      await lane(name).queue.addBulk(
        handovers.map((handed) => ({
          name,
          data: { id: handed.id, handover: handed.handover },
          opts: { ...jobOptions, jobId: jobId(handed), delay: handed.delayMs },
        })),
      );
      if (handovers.some(({ delayMs }) => delayMs === 0)) wakeWorker(name);
      for (const delayMs of new Set(handovers.map(({ delayMs }) => delayMs))) if (delayMs > 0) wakeWorkerIn(name, delayMs);
    },

    async has({ id, name, handover }) {
      const state = await lane(name).queue.getJobState(`${prefix}${id}.${handover}`);
      return state === "waiting" || state === "prioritized" || state === "delayed" || state === "active";
    },

    async ensureSchedule(name, everySeconds) {
      const { queue } = lane(name);
      if (await queue.getJobScheduler(name)) return;
      const every = Math.max(1, Math.round(everySeconds * 1000));
      await queue.upsertJobScheduler(name, { every }, { name, data: { tick: true }, opts: jobOptions });
    },

    async ping() {
      const [first] = lanes.values();
      if (!first) return;
      if (!(await within(answerMs, first.queue.waitUntilReady()))) throw new Error("the queue server does not answer");
    },

    pause() {
      paused = true;
      for (const { worker } of lanes.values()) worker.pause();
      for (const timer of wakeTimers) clearTimeout(timer);
    },

    async close() {
      this.pause();
      if (!endpoint) for (const { queue } of lanes.values()) forgetEmbedded(queue);
      for (const { queue } of lanes.values()) queue.close();
      await Promise.all([...lanes.values()].map(({ worker }) => closeWorker(worker)));
      if (endpoint) return;
      embeddedUsers -= 1;
      if (embeddedUsers === 0) shutdownManager();
    },
  };
}

/** How long a server may take to say that it is there. */
const answerMs = 4000;

/**
 * How long a server may take for what it is told. Longer than a busy one takes: what is told again because nobody waited for the answer
 * makes it busier still.
 */
const commandMs = 15_000;

/** Closing takes leave of the server, which may be out of reach: then the connection is cut, and closing goes on without it. */
async function closeWorker(worker: Worker<Delivery, null>): Promise<void> {
  const closed = worker.close(true);
  if (await within(answerMs, closed)) return;
  worker["tcpPool"]?.close();
  await closed;
}

/** @returns whether `work` resolved within `ms` @throws what `work` rejects with in that time */
async function within(ms: number, work: Promise<void>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), ms);
  try {
    return await Promise.race([work.then(() => true), promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Attempts are counted in the ledger, not by bunqueue; nothing of a delivery is kept once it is over. */
const jobOptions = { durable: true, attempts: 1, removeOnComplete: true, removeOnFail: true };
const workerOptions = { skipStalledCheck: true, removeOnComplete: true, removeOnFail: true };

/** An empty data path overrules the path that bunqueue would read from the environment: memory only, no SQLite file. */
const inMemory = {
  queue: { embedded: true, dataPath: "" },
  worker: { embedded: true, dataPath: "", useLocks: false, drainDelay: 500 },
};

/**
 * How soon a server gives to others what a process had that is gone, in milliseconds. Should it be too soon, the ledger lets nothing begin
 * twice.
 */
const lock = { lockDuration: 10_000, heartbeatInterval: 3000 };

/** Workers wait on the server for work (5 s at a time) instead of asking all the time. */
function connectToServer(endpoint: QueueEndpoint) {
  return {
    queue: { embedded: false, connection: { ...endpoint, commandTimeout: commandMs }, autoBatch: { enabled: false } },
    worker: { embedded: false, connection: { ...endpoint, poolSize: 1 }, pollTimeout: 5000, ...lock },
  };
}

function forgetEmbedded(queue: Queue<Delivery>): void {
  void queue.removeJobScheduler(queue.name);
  queue.obliterate();
}
