import { jobProbes, type ProbeSources } from "./probes";
import { serveOn } from "./serve-on";

/** The listening probes of a process that only runs jobs. */
export interface JobProbes {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Opens the probes of a process that only runs jobs, on an address of their own.
 * @throws StartupError when the address can't be listened on
 */
export function listenForJobProbes(
  settings: { readonly probeAddress: string; readonly probePort: number },
  sources: Pick<ProbeSources, "alive" | "readiness">,
): JobProbes {
  const server = serveOn(
    { address: "COCOV_PROBE_ADDRESS", port: "COCOV_PROBE_PORT" },
    { hostname: settings.probeAddress, port: settings.probePort, fetch: jobProbes(sources), development: false },
  );
  return { url: server.url.origin, stop: () => server.stop(true) };
}
