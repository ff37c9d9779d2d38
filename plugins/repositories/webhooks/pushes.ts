import { z } from "zod";
import type { Transaction } from "../../../core";
import { type WebhookHandler, webhook } from "../../github";
import type { CommitRegister } from "../commits";
import { findRepositoryByGitHubId } from "../find";
import { isCommitSha } from "../storage/names";

const headsPrefix = "refs/heads/";

/** Empty where GitHub sends nothing. PostgreSQL can't store U+0000. */
const textOrNothing = z
  .string()
  .nullish()
  .transform((value) => (value ?? "").replaceAll("\0", "\uFFFD"));

/** GitHub takes branch names of up to 255 bytes; git none with control characters. */
const branchName = z
  .string()
  .min(1)
  .max(255)
  .regex(/^\P{Cc}+$/u);

const push = z.object({
  ref: z
    .string()
    .startsWith(headsPrefix)
    .transform((ref) => ref.slice(headsPrefix.length))
    .pipe(branchName),
  deleted: z.literal(false).nullish(),
  repository: z.object({ id: z.int() }),
  head_commit: z.object({
    id: z.string().refine(isCommitSha),
    message: textOrNothing,
    author: z
      .object({ name: textOrNothing, email: textOrNothing })
      .nullish()
      .transform((author) => author ?? { name: "", email: "" }),
  }),
});

const branchDeletion = z.object({ ref: branchName, ref_type: z.literal("branch"), repository: z.object({ id: z.int() }) });

/** What GitHub's events do to branches and commits. A payload that lacks a part isn't meant for us. */
export function pushWebhooks({ register }: { register: CommitRegister }) {
  const handlers: WebhookHandler[] = [
    {
      event: "push",
      name: "repositories.push",
      async handle(tx: Transaction, payload, { sequence }) {
        const event = push.safeParse(payload);
        if (!event.success) return;
        const { ref, repository, head_commit: head } = event.data;
        const known = await findRepositoryByGitHubId(tx, repository.id);
        if (!known) return;
        const commit = { sha: head.id, message: head.message, authorName: head.author.name, authorEmail: head.author.email };
        await register.push(tx, { repositoryId: known.id, branch: ref, commit, sequence });
      },
    },
    {
      event: "delete",
      name: "repositories.delete_branch",
      async handle(tx: Transaction, payload, { sequence }) {
        const event = branchDeletion.safeParse(payload);
        if (!event.success) return;
        const known = await findRepositoryByGitHubId(tx, event.data.repository.id);
        if (known) await register.deleteBranch(tx, { repositoryId: known.id, name: event.data.ref, sequence });
      },
    },
  ];
  return handlers.map((handler) => webhook.with(handler));
}
