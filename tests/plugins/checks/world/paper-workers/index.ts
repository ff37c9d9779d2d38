import { definePlugin, type Transaction } from "../../../../../core";
import checks, {
  type Checks,
  checkSetStarted,
  checkSetWrappedUp,
  issueCounts,
  mountSecrets,
  type QueueEntry,
  type Run,
  workerTransport,
} from "../../../../../plugins/checks";
import storage, { type CommitStorage } from "../../../../../plugins/storage";

/**
 * What the plugin below remembers: a queue of runs without any Worker, issues that are mere numbers, and secrets that are mere
 * names. One server at a time may use it.
 */
export const paper = {
  /** Runs that nobody has taken. */
  queue: [] as Run[],
  /** What transports are told, oldest first: `cancel <jobId>` and the like. */
  told: [] as string[],
  /** Number of active issues by commit id. */
  issues: new Map<number, number>(),
  secrets: new Set<string>(),
  /** Events, oldest first. */
  events: [] as unknown[],
  api: undefined as Checks | undefined,
  /** What the storage offers to plugins. */
  storage: (): CommitStorage => {
    throw new Error("no server runs");
  },

  /** Forgets everything, for the next server. */
  reset(): void {
    paper.queue.length = 0;
    paper.told.length = 0;
    paper.events.length = 0;
    paper.issues.clear();
    paper.secrets.clear();
  },

  /** Takes the oldest run of a check set's commit off the queue, as a Worker does. */
  take(commitId: number): Run {
    const run = paper.queue.find((waiting) => waiting.commitId === commitId);
    if (!run) throw new Error(`no run of commit ${commitId} waits`);
    paper.queue.splice(paper.queue.indexOf(run), 1);
    return run;
  },

  async entry(tx: Transaction, jobId: string): Promise<QueueEntry | null> {
    if (!paper.api) throw new Error("no server runs");
    return await paper.api.queueEntry(tx, jobId);
  },
};

/** A transport and the neighbours that checks ask, for tests. */
export default definePlugin({
  name: "paper-workers",
  summary: "Plays the neighbours of checks in tests",
  requires: [checks, storage],
  setup({ use: { checks: api, storage } }) {
    paper.api = api;
    paper.storage = () => storage;
    return {
      on: [
        checkSetStarted.handledBy(async (_tx, payload) => void paper.events.push({ started: payload })),
        checkSetWrappedUp.handledBy(async (_tx, payload) => void paper.events.push({ wrappedUp: payload })),
      ],
      contribute: [
        workerTransport.with({
          name: "paper",
          priority: 1000,
          async enqueue(tx, run) {
            tx.afterCommit(() => void paper.queue.push(run));
          },
          async takeBack(_tx, { jobId }) {
            const waiting = paper.queue.findIndex((run) => run.jobId === jobId);
            if (waiting >= 0) paper.queue.splice(waiting, 1);
            return waiting >= 0;
          },
          isWaiting: async (_q, { jobId }) => paper.queue.some((run) => run.jobId === jobId),
          cancel: async (_tx, { jobId }) => void paper.told.push(`cancel ${jobId}`),
          ended: async (_tx, { jobId }) => void paper.told.push(`ended ${jobId}`),
          begun: async (_tx, { jobId }) => void paper.told.push(`begun ${jobId}`),
        }),
        issueCounts.with({
          active: async (_q, commitId) => paper.issues.get(commitId) ?? 0,
          bySource: async (_q, commitId): Promise<Record<string, number>> => {
            const count = paper.issues.get(commitId);
            return count === undefined ? {} : { "cocov/rubocop": count };
          },
        }),
        mountSecrets.with({
          known: async (_q, _repositoryId, names) => new Set(names.filter((name) => paper.secrets.has(name))),
          authorize: async (_tx, _repositoryId, names) => names.map((name) => (paper.secrets.has(name) ? `csa_${name}` : null)),
        }),
      ],
    };
  },
});
