import { getTableName, is, Table } from "drizzle-orm";
import type { z } from "zod";
import { coreSettingsSchema } from "../config/core-settings";
import { settingMeta } from "../config/setting";
import type { Claim } from "../plugin/claims";
import type { AnyPlugin } from "../plugin/plugin";
import { coreErrors } from "../services/http/errors";

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
  ...variableClaims("core", coreSettingsSchema),
  { kind: "environment variable", name: "COCOV_CONFIG", plugin: "core" },
];

function variableClaims(plugin: string, config: z.ZodObject | undefined): Claim[] {
  return Object.values(config?.shape ?? {}).flatMap((field) => {
    const { env = [], shared = false } = settingMeta(field) ?? {};
    // NAME_FILE belongs to NAME, so a setting that reads it under its own name clashes as well.
    return env.map((name) => ({ kind: "environment variable" as const, name: name.replace(/_FILE$/, ""), plugin, shared }));
  });
}

/** @returns the names of the tables a plugin owns, sorted */
export function tableNames(plugin: AnyPlugin): string[] {
  return Object.values(plugin.tables ?? {})
    .flatMap((table) => (is(table, Table) ? [getTableName(table)] : []))
    .sort();
}
