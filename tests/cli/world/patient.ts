import { join } from "node:path";
import { projectRoot } from "../../../core/app/installation";
import { type PluginWorld, pluginWorld } from "./plugin-world";

/**
 * A plugin whose requests and jobs last as long as they are told, and that starts as it is told by `START`: `throws` fails,
 * `strays` leaves errors to nobody, `lasts` takes a second, `hangs` never ends. With `STOP=hangs` it never stops, and with
 * `JOBS=stubborn` its jobs don't hear that they should.
 */
const plugin = `
import { anyone, defineCommand, defineJob, definePlugin, parameter, route } from "@core";
import { z } from "${join(projectRoot, "node_modules/zod")}";

const wait = defineJob({ name: "patient.wait", summary: "Waits", payload: z.object({ ms: z.number() }) });
const params = z.object({ ms: parameter.integer({ min: 0 }) });
const starts = {
  async throws() { throw new Error("no luck today"); },
  async strays() {
    Promise.reject(new Error("awaited by nobody"));
    setTimeout(() => { throw new Error("caught by nobody"); }, 0);
  },
  async lasts() { await Bun.sleep(1000); },
  hangs: () => new Promise(() => undefined),
};

export default definePlugin({
  name: "patient",
  summary: "Made for a test",
  version: "1.2.3",
  setup: ({ db, jobs, log }) => ({
    start: async () => { log.info("starting"); await starts[process.env.START]?.(); },
    stop: async () => { log.info("stopping"); if (process.env.STOP === "hangs") await starts.hangs(); },
    commands: [
      defineCommand({
        name: "count-jobs",
        summary: "Counts the jobs in the ledger",
        async run() {
          const [{ n }] = await db.sql\`SELECT count(*)::int AS n FROM core_jobs\`;
          return { text: String(n), json: { n } };
        },
      }),
    ],
    jobs: [
      wait.handledBy(async ({ ms }, { signal, attempt, complete }) => {
        log.info({ attempt }, "job begins");
        for (let waited = 0; waited < ms; waited += 10) {
          if (signal.aborted && process.env.JOBS !== "stubborn") throw new Error("handed back");
          await Bun.sleep(10);
        }
        await complete(async () => {});
        log.info("job ends");
      }),
    ],
    routes: [
      route({
        method: "GET", path: "/wait/:ms", summary: "Waits", access: anyone, params, answers: { 200: z.object({ waited: z.number() }) },
        async handle({ params }) { log.info("request begins"); await Bun.sleep(params.ms); return { waited: params.ms }; },
      }),
      route({
        method: "POST", path: "/jobs/:ms", summary: "Enqueues", access: anyone, params, answers: { 204: null },
        async handle({ params }) { await db.transaction((tx) => jobs.enqueue(tx, wait, { ms: params.ms })); },
      }),
    ],
  }),
});
`;

/** A world whose one plugin is the patient one, for the calling file or for one of its tests. */
export const patientWorld = (more: Readonly<Record<string, string | undefined>> = {}): Promise<PluginWorld> =>
  pluginWorld({ "patient/index.ts": plugin }, more);
