import { z } from "zod";
import { type Database, defineJob, type HandledJob } from "../../../core";
import type { Clients } from "../clients";
import type { Octokit } from "../octokit";
import type { Reach } from "../reach";
import type { RequiredSettings } from "../required-settings";
import { claimLost, giveBack } from "./claim-lost";
import { askForRedelivery, attemptsOnGitHub, type GitHubAttempt } from "./on-github";

export const sweepDeliveries = defineJob({
  name: "github.sweep_deliveries",
  summary: "Asks GitHub to send again what it couldn't deliver in the last three days",
  whenFailing: "What GitHub couldn't deliver stays lost, for good after three days",
  payload: z.object({}),
  everySeconds: 600,
});

/** GitHub wants a second between writes, and the next sweep comes in ten minutes. */
const mostAtOnce = 300;

interface Parts {
  db: Database;
  clients: Clients;
  reach: Reach;
  required: RequiredSettings;
}

/** GitHub itself never tries twice. The oldest deliveries come first, as they happened. */
export function deliverySweep({ db, clients, reach, required }: Parts): HandledJob {
  return sweepDeliveries.handledBy(async (_payload, run) => {
    if (required.missing().length > 0) return;
    const octokit = clients.installation();
    const lost = await failedOnGitHub(octokit);
    const claimed = await claimLost(db, [...lost.keys()], mostAtOnce);
    const waiting = [...lost.values()].filter(({ deliveryId }) => claimed.has(deliveryId));
    try {
      for (let next = waiting[0]; next; next = waiting[0]) {
        run.signal.throwIfAborted();
        if (!(await askForRedelivery(octokit, reach, next.id)))
          run.log.warn({ delivery: next.deliveryId }, "GitHub doesn't send a lost delivery again");
        waiting.shift();
      }
    } finally {
      const unasked = waiting.map(({ deliveryId }) => deliveryId);
      if (unasked.length > 0) await giveBack(db, unasked);
    }
  });

  /** @returns the latest failed attempt of each delivery, the oldest delivery first */
  async function failedOnGitHub(octokit: Octokit): Promise<Map<string, GitHubAttempt>> {
    const found: GitHubAttempt[] = [];
    for await (const attempts of attemptsOnGitHub(octokit, reach, { failed: true })) found.push(...attempts);
    return new Map(
      found
        .filter(({ arrived }) => !arrived)
        .toReversed()
        .map((attempt) => [attempt.deliveryId, attempt]),
    );
  }
}
