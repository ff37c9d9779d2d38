import type { InstalledPlugin } from "../plugin/installed-plugin";
import type { HttpServer } from "../services/http/server";
import type { JobRunner } from "../services/jobs/runner";
import type { StopPhase, StopStep } from "./lifecycle";
import type { Services } from "./services";

/** What a process has to end. */
export interface Stoppable {
  readonly plugins: readonly InstalledPlugin[];
  readonly http: HttpServer;
  readonly runner: JobRunner;
  /** What plugins use and requests and jobs no longer need. */
  readonly rest: readonly StopStep[];
  readonly services: Services;
}

/** @returns how it ends in good order: whoever needs something ends before it, and the database last */
export function stopPhases({ plugins, http, runner, rest, services }: Stoppable): StopPhase[] {
  const drains = plugins.map(({ plugin, parts }) => ({ name: `drain ${plugin.name}`, run: () => parts.drain?.() }));
  const stops = plugins.map(({ plugin, parts }) => ({ name: `stop ${plugin.name}`, run: () => parts.stop?.() })).toReversed();
  return [
    { leave: "most", steps: drains },
    {
      leave: "most",
      together: true,
      steps: [
        { name: "http", run: (ms) => http.stop({ graceMs: ms - cuttingOff(ms) }) },
        // Once for handlers that hear that they should end, and once for handing back those that don't.
        { name: "jobs", run: (ms) => runner.stop({ timeoutMs: ms - 2 * cuttingOff(ms), graceMs: cuttingOff(ms) }) },
      ],
    },
    { leave: "some", steps: [...stops, ...rest] },
    { leave: "nothing", together: true, steps: [{ name: "database", run: (ms) => services.close(ms) }] },
  ];
}

/** @returns milliseconds, out of `ms`, that ending what doesn't end by itself may take */
const cuttingOff = (ms: number): number => Math.min(ms / 5, 1000);
