import { z } from "zod";

/** One piece of work, as it is sent to the process that does it. */
export const orderMessage = z.object({ module: z.string(), input: z.unknown() });

/**
 * What that process says.
 * - `started`: the module is loaded, the work begins now
 * - `done`, `failed`: the work has ended, `failed` with what it threw
 * - `memory`: there wasn't enough
 */
export const reportMessage = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("started") }),
  z.object({ kind: z.literal("done"), output: z.unknown() }),
  z.object({ kind: z.literal("failed"), error: z.string() }),
  z.object({ kind: z.literal("memory") }),
]);

export type OrderMessage = z.infer<typeof orderMessage>;
export type ReportMessage = z.infer<typeof reportMessage>;
