import type { CoreSettings } from "../config/core-settings";
import type { ReadinessCheck } from "../plugin/plugin";
import { jobProbes } from "./probes";

/** Opens the probes of a process that only runs jobs, on an address of their own. */
export function listenForJobProbes(
  settings: CoreSettings,
  checks: readonly ReadinessCheck[],
): { readonly url: string; stop(): Promise<void> } {
  const server = Bun.serve({ hostname: settings.probeAddress, port: settings.probePort, fetch: jobProbes(checks) });
  return { url: server.url.href, stop: () => server.stop(true) };
}
