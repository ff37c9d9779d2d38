import type { z } from "zod";
import type { Queryable } from "../../core";
import { promisedStatuses } from "./promised-statuses";
import type { ProgressKey, ProgressSource } from "./slots";

/** A commit's statuses as clients see them, in the order in which they are shown. */
export type Statuses = Readonly<Record<ProgressKey, string>>;

/** The statuses of commits, put together from what plugins declare. Known once every plugin has been set up. */
export interface ProgressOfCommits {
  /** What they may be, by key. */
  shape(): Readonly<Record<ProgressKey, z.ZodType<string, string>>>;
  /** One statement for each plugin that keeps a status. @returns a function that gives the statuses of one of these commits */
  of(q: Queryable, commitIds: readonly number[]): Promise<(commitId: number) => Statuses>;
}

export function createProgressOfCommits(contributed: () => readonly ProgressSource[]): ProgressOfCommits {
  const sources = (): ProgressSource[] => {
    const byKey = new Map([...promisedStatuses, ...contributed()].map((source) => [source.key, source]));
    return [...byKey.values()];
  };
  return {
    shape: () => Object.fromEntries(sources().map(({ key, schema }) => [key, schema])),

    async of(q, commitIds) {
      const read = await Promise.all(sources().map(async (source) => ({ ...source, known: await source.of(q, commitIds) })));
      return (commitId) => Object.fromEntries(read.map(({ key, unknown, known }) => [key, known.get(commitId) ?? unknown]));
    },
  };
}

/** Green when all is done and well, red when something failed on the way, else yellow. */
export function condense(statuses: Statuses): "green" | "yellow" | "red" {
  const all = Object.values(statuses);
  if (all.includes("errored")) return "red";
  return all.every((status) => status === "completed") ? "green" : "yellow";
}
