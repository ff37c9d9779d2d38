import { type Claim, claimsOf, declaredClaims } from "../plugin/claims";
import { namesOf } from "../plugin/names";
import type { AnyPlugin } from "../plugin/plugin";
import { services } from "../services";
import { coreSettings } from "./core-settings";
import type { AnyService } from "./service";

const all: readonly AnyService[] = services;
const slots = all.flatMap((service) => service.slots ?? []);

/** The core as one that declares settings, and extension points of services, as plugins do. */
export const core: AnyPlugin = { name: "core", summary: "The core", config: coreSettings, slots, setup: () => ({}) };

/** What no plugin may declare because the core does. */
export const coreDeclared: readonly Claim[] = [
  ...declaredClaims(core),
  ...claimsOf("core", {
    "error code": all.flatMap(({ errors }) => Object.keys(errors?.catalogue ?? {})),
    "environment variable": ["COCOV_CONFIG"],
  }),
];

/** What no plugin may bring because the core has it. */
export const coreBrought: readonly Claim[] = claimsOf("core", {
  "readiness check": all.flatMap(({ readiness = {} }) => Object.keys(readiness)),
  "console name": ["app", ...all.flatMap(({ console = {} }) => Object.keys(console))],
  command: ["start", ...all.flatMap(({ commands }) => namesOf(commands))],
});
