import type { z } from "zod";
import { settingMeta } from "../config/setting";
import type { Claim } from "../plugin/claims";
import type { AnyPlugin } from "../plugin/plugin";
import { tableNames } from "../plugin/table-names";
import { coreErrors } from "../services/http/errors";
import { coreSettings } from "./core-settings";

/** @returns what a plugin's manifest claims for itself */
export function declaredClaims(plugin: AnyPlugin): Claim[] {
  const claim = (kind: Claim["kind"]) => (name: string) => ({ kind, name, plugin: plugin.name as string });
  return [
    ...tableNames(plugin).map(claim("table")),
    ...Object.keys(plugin.errors?.catalogue ?? {}).map(claim("error code")),
    ...(plugin.slots ?? []).map(({ name }) => name).map(claim("slot")),
    ...(plugin.events ?? []).map(({ name }) => name).map(claim("event")),
    ...variableClaims(plugin.name, plugin.config),
  ];
}

/** What no plugin may declare because the core does. */
export const coreDeclaredClaims: readonly Claim[] = [
  ...Object.keys(coreErrors.catalogue).map((name) => ({ kind: "error code" as const, name, plugin: "core" })),
  ...variableClaims("core", coreSettings),
  { kind: "environment variable", name: "COCOV_CONFIG", plugin: "core" },
];

function variableClaims(plugin: string, config: z.ZodObject | undefined): Claim[] {
  return Object.values(config?.shape ?? {}).flatMap((field) => {
    const { env = [], shared = false } = settingMeta(field) ?? {};
    // NAME_FILE belongs to NAME, so a setting that reads it under its own name clashes as well.
    return env.map((name) => ({ kind: "environment variable" as const, name: name.replace(/_FILE$/, ""), plugin, shared }));
  });
}
