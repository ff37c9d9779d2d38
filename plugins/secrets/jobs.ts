import { z } from "zod";
import { defineJob } from "../../core";
import { forgetExpired } from "./authorizations";

export const forgetAuthorizations = defineJob({
  name: "secrets.forget_authorizations",
  summary: "Removes one-time authorizations that have expired",
  whenFailing: "Authorizations that nobody used stay in their table, worthless; it grows by a row for each",
  payload: z.object({}),
  everySeconds: 3600,
});

export const forgetting = forgetAuthorizations.handledBy(async (_payload, run) => await run.complete(forgetExpired));
