import { z } from "zod";
import type { Jobs } from "../../../core";
import type { Auth } from "../../auth";
import { webhook } from "../../github";
import { updateUserPermissions } from "../jobs/update-user-permissions";
import { syncRepositoriesOf } from "../members/sync-repositories";

/** Actions of `organization` after which nobody may do anything else than before. */
const withoutEffect = ["deleted", "renamed", "member_invited"];

const organizationChange = z.object({ action: z.string().refine((action) => !withoutEffect.includes(action)) });
const removal = z.object({ action: z.literal("member_removed") });
const anyPayload = z.unknown();

/** Events after which a person may do more or less than before, and their payloads. */
const events = { member: anyPayload, membership: anyPayload, organization: organizationChange } as const;

/**
 * Seconds after which GitHub is asked about somebody who lost everything with their removal. The event may have come late, when they were
 * a member again; and right after a removal GitHub doesn't know of it everywhere.
 */
const secondLook = 60;

/** What GitHub's events about people do to their memberships. Only those who have signed in are looked at. */
export function memberWebhooks({ jobs, auth }: { jobs: Jobs; auth: Auth }) {
  return Object.entries(events).map(([event, payloadSchema]) =>
    webhook.with({
      event,
      name: `repositories.sync_person_on_${event}`,
      async handle(tx, payload) {
        const userId = payloadSchema.safeParse(payload).success ? await auth.userOfPayload(tx, payload) : undefined;
        if (userId === undefined) return;
        const delaySeconds = event === "organization" && removal.safeParse(payload).success ? secondLook : 0;
        await jobs.enqueue(tx, updateUserPermissions, { userId }, { delaySeconds });
        if ((await auth.users.gitHubToken(tx, userId)) !== null) return;
        const githubId = await auth.users.gitHubId(tx, userId);
        if (githubId !== undefined) await syncRepositoriesOf(tx, jobs, githubId);
      },
    }),
  );
}
