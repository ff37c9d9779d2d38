import { type Claim, routeClaim } from "../plugin/claims";
import type { InstalledPlugin } from "../plugin/installed-plugin";
import { services } from "../services";
import { commandNames } from "./command-names";
import { kernelConsoleNames } from "./console-names";
import type { AnyService } from "./service";

/** @returns what a plugin claims with what its `setup` returned */
export function claimsOfParts({ plugin, parts }: InstalledPlugin): Claim[] {
  const claim = (kind: Claim["kind"]) => (name: string) => ({ kind, name, plugin: plugin.name as string });
  return [
    ...(parts.routes ?? []).map(({ method, path }) => routeClaim(method, path)).map(claim("route")),
    ...(parts.mount ?? []).map(({ path }) => path).map(claim("mounted path")),
    ...(parts.jobs ?? []).map(({ definition }) => definition.name).map(claim("job")),
    ...(parts.readiness ?? []).map(({ name }) => name).map(claim("readiness check")),
    ...Object.keys(parts.console ?? {}).map(claim("console name")),
    ...(parts.commands ?? []).map(({ name }) => name).map(claim("command")),
  ];
}

const all: readonly AnyService[] = services;

const ofCore = (kind: Claim["kind"]) => (name: string) => ({ kind, name, plugin: "core" });

/** What no plugin may bring because the core has it. */
export const coreClaims: readonly Claim[] = [
  ...all.flatMap(({ readiness = {} }) => Object.keys(readiness)).map(ofCore("readiness check")),
  ...[...kernelConsoleNames, ...all.flatMap(({ console = {} }) => Object.keys(console))].map(ofCore("console name")),
  ...commandNames.map(ofCore("command")),
];
