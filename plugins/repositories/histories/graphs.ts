import { z } from "zod";
import type { Queryable } from "../../../core";
import { listDays, recentDays } from "./days";
import type { BranchHistory, DayValue } from "./history";

/** A branch's figures over the last days, by figure and day. */
export type Graphs = Readonly<Record<string, Readonly<Record<string, number | null>>>>;

/** Graphs of whatever plugins keep histories of. */
export interface BranchGraphs {
  /** What they look like; known once every plugin has been set up. */
  readonly schema: z.ZodType<Graphs, Graphs>;
  /** One statement for each plugin that keeps a history. @param branchId undefined for one that isn't known: it has no values */
  of(q: Queryable, branchId: number | undefined): Promise<Graphs>;
}

/** Graphs that clients draw whichever plugins are on, in this order; without values while nobody keeps their history. */
const promised = ["coverage", "issues"];

/** @param contributed asked when the first graph, or the documentation, is made */
export function createGraphs(contributed: () => readonly BranchHistory[]): BranchGraphs {
  const keys = (): string[] => [...new Set([...promised, ...contributed().map(({ key }) => key)])];
  const historyOf = (key: string) => contributed().find((history) => history.key === key);
  const perDay = (value: z.ZodType<number, number>) =>
    z
      .record(z.string(), value.nullable())
      .meta({ description: "The last 31 days (UTC), oldest first", example: { "2026-11-28": null, "2026-11-29": 4 } });
  return {
    schema: z.lazy(() =>
      z.object(Object.fromEntries(keys().map((key) => [key, perDay(historyOf(key)?.schema ?? z.number())]))),
    ),

    async of(q, branchId) {
      const days = recentDays();
      const unknown = listDays(days).map((date) => ({ date, value: null }));
      const graphs = keys().map(async (key) => {
        const history = branchId === undefined ? undefined : historyOf(key);
        return [key, byDate(history && branchId !== undefined ? await history.of(q, branchId, days) : unknown)] as const;
      });
      return Object.fromEntries(await Promise.all(graphs));
    },
  };
}

const byDate = (values: readonly DayValue[]): Record<string, number | null> =>
  Object.fromEntries(values.map(({ date, value }) => [date, value]));
