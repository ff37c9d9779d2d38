import type { Transaction } from "../../core";
import type { Redis } from "../redis";
import type { Owner } from "./entries";

/** What the Cache service takes its tasks from. */
export const taskList = "cocov:cached:housekeeping_tasks";

/** Hashes in one task. */
const mostObjects = 1000;

/** Tells the Cache service what to delete, after the commit. Each may be told twice. */
export interface Tasks {
  /** It looks each entry up, deletes its file and then has the entry removed; one that isn't there any more is left. */
  evict(tx: Transaction, owner: Owner, entries: readonly { nameHash: string; engine: string }[]): Promise<void>;
  /** It deletes all files of the owner, and tells nobody. */
  purge(tx: Transaction, owner: Owner): Promise<void>;
}

/** Deployed services read exactly these keys. */
interface Task {
  readonly task: "evict-artifact" | "purge-repository" | "evict-tool" | "purge-tool";
  readonly repository?: number;
  readonly objects?: readonly string[];
}

export function createTasks({ redis }: { redis: Redis }): Tasks {
  async function send(tx: Transaction, { task, ...about }: Task): Promise<void> {
    await redis.deliver(tx, { list: taskList, text: JSON.stringify({ task, task_id: crypto.randomUUID(), ...about }) });
  }

  return {
    async evict(tx, owner, entries) {
      // The service looks up all of a task in the engine that it runs with.
      for (const ofEngine of Map.groupBy(entries, ({ engine }) => engine).values()) {
        for (let first = 0; first < ofEngine.length; first += mostObjects) {
          const objects = ofEngine.slice(first, first + mostObjects).map(({ nameHash }) => nameHash);
          await send(
            tx,
            owner === "tools" ? { task: "evict-tool", objects } : { task: "evict-artifact", repository: owner, objects },
          );
        }
      }
    },

    purge: (tx, owner) =>
      send(tx, owner === "tools" ? { task: "purge-tool" } : { task: "purge-repository", repository: owner }),
  };
}
