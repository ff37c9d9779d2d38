import { type Claim, claimsOf, declaredClaims } from "../plugin/claims";
import { namesOf } from "../plugin/names";
import { services } from "../services";
import { coreSettings } from "./core-settings";
import type { AnyService } from "./service";

const all: readonly AnyService[] = services;

/** What no plugin may declare because the core does. */
export const coreDeclared: readonly Claim[] = [
  ...declaredClaims({ name: "core", config: coreSettings }),
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
