import { z } from "zod";
import type { Jobs } from "../../../core";
import { type GitHub, type WebhookHandler, webhook } from "../../github";
import { isOrganization } from "../on-github";
import { followChange } from "../organization/want-list";

const events = ["repository", "installation_repositories"];

const about = z.object({
  repository: z.object({ owner: z.object({ login: z.string() }) }).optional(),
  action: z.string(),
});

/** Repositories that are made, change, go, or are shown to the App or hidden from it: the organization's list follows. */
export function organizationListWebhooks({ jobs, github }: { jobs: Jobs; github: GitHub }) {
  return events.map((event) =>
    webhook.with({
      event,
      name: `repositories.follow_list_on_${event}`,
      async handle(tx, payload) {
        const change = about.safeParse(payload).data;
        if (!change) return;
        // One that was transferred has left the list.
        const concerns =
          change.action === "transferred" || isOrganization(github, change.repository?.owner.login ?? github.displayName());
        if (concerns) await followChange({ tx, jobs }, github.displayName());
      },
    } satisfies WebhookHandler),
  );
}
