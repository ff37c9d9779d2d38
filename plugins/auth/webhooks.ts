import { eq } from "drizzle-orm";
import { z } from "zod";
import { type Given, preparedRead, type Queryable } from "../../core";
import { webhook } from "../github";
import type { Leave } from "./leave";
import { users } from "./tables";

const identity = z.object({ id: z.int() });
const withMember = z.object({ member: identity });
const withMembership = z.object({ membership: z.object({ user: identity }) });
const removal = z.object({ action: z.literal("member_removed") });

/** @returns the user whom a payload of GitHub's is about; undefined when it names nobody or somebody who never signed in */
export async function userOfPayload(q: Queryable, payload: unknown): Promise<number | undefined> {
  const githubId = withMember.safeParse(payload).data?.member.id ?? withMembership.safeParse(payload).data?.membership.user.id;
  if (githubId === undefined) return undefined;
  const [user] = await usersOnGitHub(q, { githubId });
  return user?.id;
}

const usersOnGitHub = preparedRead((orm, { githubId }: Given<{ githubId: number }>) =>
  orm.select({ id: users.id }).from(users).where(eq(users.githubId, githubId)),
);

/** What GitHub's events do to users. */
export function userWebhooks({ leave }: { leave: Leave }) {
  return [
    webhook.with({
      event: "organization",
      name: "auth.leave",
      async handle(tx, payload) {
        const userId = removal.safeParse(payload).success ? await userOfPayload(tx, payload) : undefined;
        if (userId !== undefined) await leave(tx, userId);
      },
    }),
  ];
}
