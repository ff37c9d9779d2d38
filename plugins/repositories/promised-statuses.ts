import { z } from "zod";
import type { ProgressSource } from "./slots";

/**
 * Statuses that clients read in every commit, in this order, whichever plugins are on. Nothing is known here about what they mean: a plugin
 * that keeps one says so, and takes the place of what stands here.
 */
export const promisedStatuses: readonly ProgressSource[] = (["checks_status", "coverage_status"] as const).map((key) => ({
  key,
  schema: z.string().meta({ description: "Always `waiting` here: no plugin that is on keeps it", example: "waiting" }),
  unknown: "waiting",
  of: async () => new Map(),
}));
