import { ApiError, type Database, type Events } from "../../core";
import { errors } from "./errors";
import { acted } from "./events";
import type { Standing } from "./members";

/** What ends a sign-in because of who tries it, or with what. GitHub being down doesn't. */
const refusals: ReadonlySet<string> = new Set<Parameters<typeof errors.fail>[0]>([
  "session.invalid_exchange_token_or_state",
  "session.cannot_exchange",
  "session.not_an_org_member",
  "session.outside_collaborator_not_allowed",
]);

/** @returns whether a sign-in ended with this because it was refused */
export const isRefusedSignIn = (error: unknown): error is ApiError => error instanceof ApiError && refusals.has(error.code);

/** @throws ApiError `session.not_an_org_member` or `session.outside_collaborator_not_allowed` */
export function admit(standing: Standing, { allowOutsideCollaborators }: { allowOutsideCollaborators: boolean }): void {
  if (standing === "stranger") throw errors.fail("session.not_an_org_member");
  if (standing === "outside_collaborator" && !allowOutsideCollaborators)
    throw errors.fail("session.outside_collaborator_not_allowed");
}

/**
 * Tells of a refused sign-in: the one thing that is written when signing in fails, in a transaction of its own.
 * @param login whose it was, as GitHub said; null when it didn't come to that
 */
export async function tellRefusal({ db, events }: { db: Database; events: Events }, login: string | null): Promise<void> {
  const subject = { type: "session", id: null, name: login };
  await db.transaction((tx) => events.emit(tx, acted, { action: "session.refused", subject, repository: null }));
}
