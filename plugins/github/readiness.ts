import { RequestError } from "@octokit/request-error";
import type { ReadinessCheck } from "../../core";
import type { Clients } from "./clients";
import type { Reach } from "./reach";
import type { RequiredSettings } from "./required-settings";

/** How long an answer counts, in milliseconds. Probes come every few seconds from every orchestrator. */
const lifetimeMs = 60_000;

/** Asks GitHub about the rate limit, which costs none of it. The platform is ready without GitHub. */
export function gitHubReadiness({
  clients,
  reach,
  required,
}: {
  clients: Clients;
  reach: Reach;
  required: RequiredSettings;
}): ReadinessCheck {
  let latest: { state: Promise<"ok" | "failing">; until: number } | undefined;

  const ask = async (): Promise<"ok" | "failing"> => {
    try {
      await reach(() => clients.installationOnce().rest.rateLimit.get());
      return "ok";
    } catch (error) {
      // An Enterprise Server without rate limits answers 404.
      return error instanceof RequestError && error.status === 404 ? "ok" : "failing";
    }
  };

  return {
    name: "github",
    required: false,
    async check() {
      if (required.missing().length > 0) return "not_configured";
      if (!latest || latest.until < Date.now()) latest = { state: ask(), until: Date.now() + lifetimeMs };
      return await latest.state;
    },
  };
}
