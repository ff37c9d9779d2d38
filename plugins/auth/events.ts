import { defineEvent } from "../../core";

/** Somebody signed in: their GitHub token and addresses are fresh. Told in the transaction that made the session. */
export const userSignedIn = defineEvent<{ userId: number }>("user.signed_in");
