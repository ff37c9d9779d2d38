import { z } from "zod";
import type { Transaction } from "../../../core";
import { type WebhookHandler, webhook } from "../../github";
import { isCommitSha } from "../../storage";
import type { CommitRegister } from "../commits";
import type { Registered } from "./registered";

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

const branchRef = z
  .string()
  .startsWith(headsPrefix)
  .transform((ref) => ref.slice(headsPrefix.length))
  .pipe(branchName);

/** Seconds since 1970. Push events have a number there, others text; what is neither says nothing. */
const pushedAt = z
  .unknown()
  .optional()
  .transform((time): number | null => {
    const seconds = typeof time === "string" ? Math.floor(Date.parse(time) / 1000) : time;
    return typeof seconds === "number" && Number.isSafeInteger(seconds) ? seconds : null;
  });

/** Nothing when it isn't a commit: GitHub sends zeros for "no commit". */
const commitBefore = z
  .unknown()
  .optional()
  .transform((before): string | null => {
    const sha = typeof before === "string" ? before.toLowerCase() : "";
    return isCommitSha(sha) && !/^0+$/.test(sha) ? sha : null;
  });

const push = z.object({
  ref: branchRef,
  deleted: z.literal(false).nullish(),
  before: commitBefore,
  repository: z.object({ pushed_at: pushedAt }),
  head_commit: z.object({
    id: z.string().refine(isCommitSha),
    message: textOrNothing,
    author: z
      .object({ name: textOrNothing, email: textOrNothing })
      .nullish()
      .transform((author) => author ?? { name: "", email: "" }),
  }),
});

const deletingPush = z.object({ ref: branchRef, deleted: z.literal(true) });

const branchDeletion = z.object({ ref: branchName, ref_type: z.literal("branch") });

/**
 * What GitHub's events do to branches and commits. A payload that lacks a part isn't meant for us. GitHub tells of a deletion twice, by
 * a push and by an event of its own; either will do.
 */
export function pushWebhooks({ register, registered }: { register: CommitRegister; registered: Registered }) {
  const handlers: WebhookHandler[] = [
    {
      event: "push",
      name: "repositories.push",
      async handle(tx, payload, { sequence }) {
        const event = push.safeParse(payload);
        if (!event.success) return await deleteBranch(tx, payload, deletingPush, sequence);
        const { ref, before, repository, head_commit: head } = event.data;
        const known = await registered(tx, payload, sequence);
        if (!known) return;
        const commit = { sha: head.id, message: head.message, authorName: head.author.name, authorEmail: head.author.email };
        const moment = { before, pushedAt: repository.pushed_at };
        await register.push(tx, { repositoryId: known.id, branch: ref, commit, sequence, push: moment });
      },
    },
    {
      event: "delete",
      name: "repositories.delete_branch",
      handle: (tx, payload, { sequence }) => deleteBranch(tx, payload, branchDeletion, sequence),
    },
  ];
  return handlers.map((handler) => webhook.with(handler));

  async function deleteBranch(
    tx: Transaction,
    payload: unknown,
    schema: typeof deletingPush | typeof branchDeletion,
    sequence: number,
  ): Promise<void> {
    const known = await registered(tx, payload, sequence);
    const told = schema.safeParse(payload).data;
    if (known && told) await register.deleteBranch(tx, { repositoryId: known.id, name: told.ref, sequence });
  }
}
