import { z } from "zod";
import type { Jobs, Transaction } from "../../../core";
import { type WebhookHandler, webhook } from "../../github";
import { findRepositoryByGitHubId } from "../find";
import { destroyRepository } from "../jobs/destroy";
import { initializeRepository } from "../jobs/initialize";
import { renameRepository } from "../jobs/rename";
import { updateRepositoryPermissions } from "../jobs/update-permissions";
import type { RepositoryRow } from "../rows";
import { isRepositoryName } from "../storage/names";

/** PostgreSQL can't store U+0000. */
const text = z.string().transform((value) => value.replaceAll("\0", "\uFFFD"));
const identity = { id: z.int() };

const anyChange = z.object({ action: z.string().nullish(), repository: z.object(identity) });
const deletion = z.object({ action: z.literal("deleted"), repository: z.object(identity) });
const renaming = z.object({
  action: z.literal("renamed"),
  repository: z.object({ ...identity, name: z.string().refine(isRepositoryName) }),
});
const editing = z.object({
  action: z.literal("edited"),
  changes: z
    .record(z.string(), z.unknown())
    .refine((changes) => Object.hasOwn(changes, "description") || Object.hasOwn(changes, "default_branch")),
  repository: z.object({ ...identity, description: text.nullable(), default_branch: text.pipe(z.string().min(1)) }),
});

/** Whoever may see a repository may have changed with these. */
const permissionEvents = ["repository", "public", "team_add", "member"] as const;

/** What GitHub's events do to repositories themselves. A payload that lacks a part isn't meant for us. */
export function changeWebhooks({ jobs }: { jobs: Jobs }) {
  /** @param act is called for repositories that are registered here */
  function handler<Payload extends z.output<typeof anyChange>>(
    name: string,
    event: string,
    payloadSchema: z.ZodType<Payload>,
    act: (tx: Transaction, known: RepositoryRow, payload: Payload, sequence: number) => Promise<void>,
  ): WebhookHandler {
    return {
      event,
      name,
      async handle(tx, payload, { sequence }) {
        const parsed = payloadSchema.safeParse(payload);
        const known = parsed.success ? await findRepositoryByGitHubId(tx, parsed.data.repository.id) : undefined;
        if (parsed.success && known) await act(tx, known, parsed.data, sequence);
      },
    };
  }

  const handlers = [
    handler("repositories.destroy", "repository", deletion, (tx, { id }) =>
      jobs.enqueue(tx, destroyRepository, { repositoryId: id }),
    ),
    handler("repositories.rename", "repository", renaming, (tx, { id }, { repository }, sequence) =>
      renameRepository({ tx, jobs }, { id, name: repository.name, sequence }),
    ),
    handler("repositories.edit", "repository", editing, async (tx, { id }, { repository }, sequence) => {
      const [edited] = await tx.sql`
        UPDATE repositories SET description = ${repository.description}, default_branch = ${repository.default_branch},
               details_sequence = ${sequence}, updated_at = now()
         WHERE id = ${id} AND details_sequence <= ${sequence} RETURNING id`;
      // The branch may be older than the platform: nobody will push it for our sake.
      if (edited) await jobs.enqueue(tx, initializeRepository, { repositoryId: id });
    }),
    ...permissionEvents.map((event) =>
      handler(`repositories.sync_permissions_on_${event}`, event, anyChange, async (tx, { id }, { action }) => {
        if (event === "repository" && action === "deleted") return;
        await jobs.enqueue(tx, updateRepositoryPermissions, { repositoryId: id });
      }),
    ),
  ];
  return handlers.map((one) => webhook.with(one));
}
