import { defineEvent } from "../../core";

/** Somebody signed in: their GitHub token and addresses are fresh. Told in the transaction that made the session. */
export const userSignedIn = defineEvent<{ userId: number }>("user.signed_in");

/** Somebody left the organization: their tokens are gone, and what else they were granted must go in the same transaction. */
export const userLeft = defineEvent<{ userId: number; githubId: number }>("user.left");
