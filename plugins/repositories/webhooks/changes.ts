import { z } from "zod";
import type { Jobs, Transaction } from "../../../core";
import { type GitHub, type WebhookHandler, webhook } from "../../github";
import { isRepositoryName } from "../../storage";
import { findRepositoryByGitHubId } from "../find";
import { destroyRepository } from "../jobs/destroy";
import { initializeRepository } from "../jobs/initialize";
import { renameRepository } from "../jobs/rename";
import { updateRepositoryPermissions } from "../jobs/update-permissions";
import { isOrganization } from "../on-github";
import type { RepositoryRow } from "../rows";
import { takeBack } from "../transfer";
import { eventsAboutAccess } from "./access";
import type { Registered } from "./registered";

/** PostgreSQL can't store U+0000. */
const text = z.string().transform((value) => value.replaceAll("\0", "\uFFFD"));
const name = z.string().refine(isRepositoryName);

const deletion = z.object({ action: z.literal("deleted") });
const renaming = z.object({ action: z.literal("renamed"), repository: z.object({ name }) });
const editing = z.object({
  action: z.literal("edited"),
  changes: z
    .record(z.string(), z.unknown())
    .refine((changes) => Object.hasOwn(changes, "description") || Object.hasOwn(changes, "default_branch")),
  repository: z.object({ description: text.nullable(), default_branch: text.pipe(z.string().min(1)) }),
});
const transfer = z.object({
  action: z.literal("transferred"),
  repository: z.object({ id: z.int(), name, owner: z.object({ login: z.string() }) }),
});

interface Parts {
  jobs: Jobs;
  github: GitHub;
  registered: Registered;
}

/** What GitHub's events do to repositories themselves. A payload that lacks a part isn't meant for us. */
export function changeWebhooks({ jobs, github, registered }: Parts) {
  /** @param act is called for repositories that are registered here and the organization's */
  function handler<Payload>(
    name: string,
    payloadSchema: z.ZodType<Payload>,
    act: (tx: Transaction, known: RepositoryRow, payload: Payload, sequence: number) => Promise<void>,
  ): WebhookHandler {
    return {
      event: "repository",
      name,
      async handle(tx, payload, { sequence }) {
        const parsed = payloadSchema.safeParse(payload);
        const known = parsed.success ? await registered(tx, payload, sequence) : undefined;
        if (parsed.success && known) await act(tx, known, parsed.data, sequence);
      },
    };
  }

  const handlers: WebhookHandler[] = [
    handler("repositories.destroy", deletion, (tx, { id }) => jobs.enqueue(tx, destroyRepository, { repositoryId: id })),
    handler("repositories.rename", renaming, (tx, { id }, { repository }, sequence) =>
      renameRepository({ tx, jobs }, { id, name: repository.name, sequence }),
    ),
    handler("repositories.edit", editing, async (tx, { id }, { repository }, sequence) => {
      const [edited] = await tx.sql`
        UPDATE repositories SET description = ${repository.description}, default_branch = ${repository.default_branch},
               details_sequence = ${sequence}, updated_at = now()
         WHERE id = ${id} AND details_sequence <= ${sequence} RETURNING id`;
      // The branch may be older than the platform: nobody will push it for our sake.
      if (edited) await jobs.enqueue(tx, initializeRepository, { repositoryId: id });
    }),
    {
      event: "repository",
      name: "repositories.take_back",
      async handle(tx, payload, { sequence }) {
        const told = transfer.safeParse(payload).data?.repository;
        const known = told && (await findRepositoryByGitHubId(tx, told.id));
        if (!known || !isOrganization(github, told.owner.login)) return;
        if (!(await takeBack(tx, { repositoryId: known.id, sequence }))) return;
        await renameRepository({ tx, jobs }, { id: known.id, name: told.name, sequence });
        await jobs.enqueue(tx, updateRepositoryPermissions, { repositoryId: known.id });
        await jobs.enqueue(tx, initializeRepository, { repositoryId: known.id });
      },
    },
    {
      // Those of this plugin see to it themselves.
      event: { allBut: ["push", "delete", ...eventsAboutAccess], having: "repository" },
      name: "repositories.follow_identity",
      async handle(tx, payload, { sequence }) {
        await registered(tx, payload, sequence);
      },
    },
  ];
  return handlers.map((one) => webhook.with(one));
}
