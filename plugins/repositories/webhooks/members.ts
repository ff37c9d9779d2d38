import { z } from "zod";
import type { Jobs } from "../../../core";
import type { Auth } from "../../auth";
import { webhook } from "../../github";
import { updateUserPermissions } from "../jobs/update-user-permissions";

/** Actions of `organization` after which nobody may do anything else than before, or somebody has left at once. */
const withoutEffect = ["deleted", "renamed", "member_invited", "member_removed"];

const organizationChange = z.object({ action: z.string().refine((action) => !withoutEffect.includes(action)) });
const anyPayload = z.unknown();

/** Events after which a person may do more or less than before, and their payloads. */
const events = { member: anyPayload, membership: anyPayload, organization: organizationChange } as const;

/** What GitHub's events about people do to their memberships. Only those who have signed in are looked at. */
export function memberWebhooks({ jobs, auth }: { jobs: Jobs; auth: Auth }) {
  return Object.entries(events).map(([event, payloadSchema]) =>
    webhook.with({
      event,
      name: `repositories.sync_person_on_${event}`,
      async handle(tx, payload) {
        const userId = payloadSchema.safeParse(payload).success ? await auth.userOfPayload(tx, payload) : undefined;
        if (userId !== undefined) await jobs.enqueue(tx, updateUserPermissions, { userId });
      },
    }),
  );
}
