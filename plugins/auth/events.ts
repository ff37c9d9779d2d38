import { defineEvent } from "../../core";

/** Somebody signed in: their GitHub token and addresses are fresh. Told in the transaction that made the session. */
export const userSignedIn = defineEvent<{ userId: number }>("user.signed_in");

/**
 * Somebody changed something on purpose. Told by whoever changes it, in the transaction of the change; who it was, by which credential,
 * from where and in which request is known of the transaction (`tx.by`). Never carries a value: no token, secret or key.
 *
 * `action` is `<type of subject>.<past participle>`, `secret.created`; `subject` what it was done to, by its id and its name then;
 * `repository` the name of the one it belongs to.
 */
export const acted = defineEvent<{
  action: `${string}.${string}`;
  subject: { type: string; id: number | string | null; name: string | null };
  repository: string | null;
}>("act.recorded");

/**
 * A user is about to be deleted: what they own passes to the heir, in the transaction that deletes them, and what belongs to the person
 * goes. Nothing that refers to the user can be added meanwhile: `holdCaller` tells who tries to.
 */
export const userReplaced = defineEvent<{ userId: number; githubId: number; heirId: number }>("user.replaced");

/** Somebody left the organization: their tokens are gone, and what else they were granted must go in the same transaction. */
export const userLeft = defineEvent<{ userId: number; githubId: number }>("user.left");
