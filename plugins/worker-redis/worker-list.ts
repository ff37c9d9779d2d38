import { z } from "zod";
import type { QueueEntry } from "../checks";
import type { Reach } from "./reach";
import * as scripts from "./scripts";

/** What deployed Workers take runs from, and hear of cancellations on. */
const list = "cocov:checks";
const channel = "cocov:checks_control";

const markOf = (jobId: string): string => `cocov:worker_redis:run:${jobId}`;

/** As {@link entryText} writes it, and no other entry has it: envs can't name a run that isn't there yet. */
const needleOf = (jobId: string): string => `"job_id":${JSON.stringify(jobId)}`;

/** Seconds a mark lasts without being looked at: much longer than from one look to the next. */
const lifetime = String(7 * 86_400);

/** Seconds for which what comes late finds that a run is over. */
const afterlife = String(3600);

/**
 * `listed`: on the list. `taken`: not any more, so a Worker has it. `off`: not any more, and never again. `told`: a Worker has it, if
 * any, and was told to stop. `unknown`: Redis knows nothing of it.
 */
export const whereabouts = z.enum(["listed", "taken", "off", "told", "unknown"]);
export type Whereabouts = z.output<typeof whereabouts>;

/** A run that is to be stopped. */
export interface Stopped {
  readonly jobId: string;
  readonly checkSetId: number;
}

/** The list of runs in Redis. Each method may be repeated; each throws {@link Unreachable}, after which it may have taken effect. */
export interface WorkerList {
  ping(): Promise<void>;
  /** Appends an entry unless the run has one. @param again whether that was tried before */
  push(entry: QueueEntry, again: boolean): Promise<Whereabouts>;
  /** Puts an entry in the place of the one that its run has on the list. */
  renew(entry: QueueEntry): Promise<Whereabouts>;
  /**
   * Takes a run's entry off the list, or tells the Worker that has it to stop.
   * @param neverSeen whether Redis never said that it had the entry: when it knows nothing of it no Worker does
   * @returns `unheard` when no Worker listens: to be repeated
   */
  takeOff(run: Stopped, neverSeen: boolean): Promise<"off" | "told" | "unheard">;
  /** Removes what there is of a run. @param search whether the entry may be there though the run was taken, or is unknown */
  forget(jobId: string, search: boolean): Promise<void>;
  /**
   * Takes the entry of a run off that a Worker has, when Redis has forgotten that one took it. What somebody has put on the list by
   * hand stays.
   * @returns whether it had
   */
  retake(jobId: string): Promise<boolean>;
  /** Lets a run be pushed again that was taken off or forgotten. */
  readmit(jobId: string): Promise<void>;
  locate(jobId: string): Promise<Whereabouts>;
  /** @returns the same for many runs, in their order */
  survey(jobIds: readonly string[]): Promise<Whereabouts[]>;
  length(): Promise<number>;
  /** @returns whose entries are on the list, also those of runs that are over */
  jobIds(): Promise<string[]>;
}

export function createWorkerList(reach: Reach): WorkerList {
  async function run(script: string, keys: readonly string[], args: readonly string[] = []): Promise<unknown> {
    return await reach.send("EVAL", [script, String(keys.length), ...keys, ...args]);
  }
  const onMark = (script: string, jobId: string, ...args: string[]) => run(script, [list, markOf(jobId)], args);

  return {
    async ping() {
      await reach.send("PING", []);
    },

    async push(entry, again) {
      const needle = again ? needleOf(entry.job_id) : "";
      return whereabouts.parse(await onMark(scripts.push, entry.job_id, lifetime, entryText(entry), needle));
    },

    renew: async (entry) => whereabouts.parse(await onMark(scripts.renew, entry.job_id, lifetime, entryText(entry))),

    async takeOff({ jobId, checkSetId }, neverSeen) {
      const message = JSON.stringify({ check_set_id: checkSetId, job_id: jobId, operation: "cancel" });
      const args = [lifetime, needleOf(jobId), channel, message, neverSeen ? "1" : "0"];
      return z.enum(["off", "told", "unheard"]).parse(await onMark(scripts.takeOff, jobId, ...args));
    },

    async forget(jobId, search) {
      await onMark(scripts.forget, jobId, afterlife, search ? needleOf(jobId) : "");
    },

    retake: async (jobId) => (await onMark(scripts.retake, jobId, lifetime)) === 1,

    async readmit(jobId) {
      await reach.send("DEL", [markOf(jobId)]);
    },

    locate: async (jobId) => whereabouts.parse(await onMark(scripts.locate, jobId, lifetime)),

    async survey(jobIds) {
      if (jobIds.length === 0) return [];
      const answer = await run(scripts.survey, [list, ...jobIds.map(markOf)], [lifetime]);
      return z.array(whereabouts).length(jobIds.length).parse(answer);
    },

    length: async () => z.int().parse(await reach.send("LLEN", [list])),
    jobIds: async () => z.array(z.string()).parse(await run(scripts.jobIds, [list])),
  };
}

/** The bytes that deployed Workers read. */
export const entryText = (entry: QueueEntry): string => JSON.stringify(entry);
