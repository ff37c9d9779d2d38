import { parse } from "yaml";
import { z } from "zod";
import { plugins } from "../worker/plugins";

const checksOfManifest = z.object({ checks: z.array(z.object({ plugin: z.string() })).min(1) });

/** A `.cocov.yaml` that has everything checked that the example worker knows. */
export const demoManifest = [
  'version: "0.1.alpha"',
  "checks:",
  ...[...plugins.keys()].map((name) => `  - plugin: ${name}:v1`),
  "",
].join("\n");

/**
 * @param manifest text of a `.cocov.yaml`; null when there is none
 * @returns why the example worker has nothing to do with it; null when it can run all its checks
 */
export function whyNotRunnable(manifest: string | null): string | null {
  if (manifest === null) return "it has no .cocov.yaml";
  const plugin = unknownPlugin(manifest);
  return plugin && `its .cocov.yaml ${plugin}`;
}

function unknownPlugin(manifest: string): string | null {
  const known = checksOfManifest.safeParse(readYaml(manifest));
  if (!known.success) return "names no checks";
  const names = known.data.checks.map(({ plugin }) => plugin.split(":", 1)[0] ?? "");
  const unknown = names.filter((name) => !plugins.has(name));
  return unknown.length === 0 ? null : `names checks that the example worker doesn't have (${unknown.join(", ")})`;
}

function readYaml(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
