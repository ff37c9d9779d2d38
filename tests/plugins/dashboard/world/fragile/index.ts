import { z } from "zod";
import { defineJob, definePlugin } from "../../../../../core";

export const mend = defineJob({
  name: "fragile.mend",
  summary: "Mends something of a repository",
  whenFailing: "It stays broken until somebody mends it by hand",
  payload: z.object({ repositoryId: z.int(), password: z.string().optional(), note: z.string().optional() }),
  retry: { attempts: 1, delays: [1] },
});

export const sweep = defineJob({
  name: "fragile.sweep",
  summary: "Sweeps up what was broken",
  payload: z.object({}),
  everySeconds: 86_400,
});

/** Whether what is to be mended can't be. */
export const world = { broken: true, error: "The disk is full: <script>alert(1)</script>" };

export default definePlugin({
  name: "fragile",
  summary: "Breaks, for tests",
  version: "1.0.0",
  setup: () => ({
    jobs: [
      mend.handledBy(async () => {
        if (world.broken) throw new Error(world.error);
      }),
      sweep.handledBy(async () => {}),
    ],
  }),
});
