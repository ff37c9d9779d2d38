import { z } from "zod";
import type { Jobs, Transaction } from "../../../core";
import { type WebhookHandler, webhook } from "../../github";
import { updateAllPermissions } from "../jobs/update-all-permissions";
import { updateRepositoryPermissions } from "../jobs/update-permissions";
import type { Registered } from "./registered";

/** Whoever may see a repository may have changed with these. */
export const eventsAboutAccess = ["repository", "public", "team_add", "member", "team"] as const;

const anyChange = z.object({ action: z.string().nullish() });

const teamChange = z.object({
  action: z.enum(["added_to_repository", "removed_from_repository", "edited", "deleted"]),
  repository: z.unknown().optional(),
});

/** What GitHub's events do to the members of repositories. A payload that lacks a part isn't meant for us. */
export function accessWebhooks({ jobs, registered }: { jobs: Jobs; registered: Registered }) {
  const handlers = eventsAboutAccess.map(
    (event): WebhookHandler => ({
      event,
      name: `repositories.sync_permissions_on_${event}`,
      handle: (tx, payload, { sequence }) =>
        event === "team" ? onTeam(tx, payload, sequence) : onChange(tx, payload, sequence, event),
    }),
  );
  return handlers.map((one) => webhook.with(one));

  async function onChange(tx: Transaction, payload: unknown, sequence: number, event: string): Promise<void> {
    const change = anyChange.safeParse(payload).data;
    if (!change || (event === "repository" && change.action === "deleted")) return;
    await syncOne(tx, payload, sequence);
  }

  /** A team that is deleted doesn't say which repositories it was for. */
  async function onTeam(tx: Transaction, payload: unknown, sequence: number): Promise<void> {
    const change = teamChange.safeParse(payload).data;
    if (!change) return void (await registered(tx, payload, sequence));
    if (change.action !== "deleted" && change.repository) return await syncOne(tx, payload, sequence);
    await jobs.enqueue(tx, updateAllPermissions, {});
  }

  async function syncOne(tx: Transaction, payload: unknown, sequence: number): Promise<void> {
    const known = await registered(tx, payload, sequence);
    if (known) await jobs.enqueue(tx, updateRepositoryPermissions, { repositoryId: known.id });
  }
}
