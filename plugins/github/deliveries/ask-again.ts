import { z } from "zod";
import { defineJob, type HandledJob } from "../../../core";
import type { Clients } from "../clients";
import type { Reach } from "../reach";
import { askForRedelivery, attemptsOnGitHub } from "./on-github";

export const askAgain = defineJob({
  name: "github.ask_for_redelivery",
  summary: "Asks GitHub to send a delivery again, because an admin wants it",
  whenFailing: "The delivery isn't sent again; GitHub offers the same on the App's page, for three days",
  payload: z.object({ deliveryId: z.string() }),
  key: ({ deliveryId }) => deliveryId,
});

/** GitHub numbers its attempts by itself: the delivery has to be looked for among those of the last days. */
export function deliveryAsking({ clients, reach }: { clients: Clients; reach: Reach }): HandledJob {
  return askAgain.handledBy(async ({ deliveryId }, run) => {
    const octokit = clients.installation();
    for await (const attempts of attemptsOnGitHub(octokit, reach, { failed: false })) {
      const attempt = attempts.find((one) => one.deliveryId === deliveryId);
      if (attempt && (await askForRedelivery(octokit, reach, attempt.id))) return;
    }
    run.log.warn({ delivery: deliveryId }, "GitHub doesn't have the delivery any more");
  });
}
