import { z } from "zod";
import { defineJob, type HandledJob } from "../../core";
import { forgetRefusals } from "./limits/count-refusal";
import { forgetExpiredTokens } from "./personal-tokens";
import { forgetSignIns } from "./sign-in";

export const forgetPendingSignIns = defineJob({
  name: "auth.forget_pending_sign_ins",
  summary: "Removes sign-ins that were begun and not finished within an hour",
  whenFailing: "Sign-ins that nobody finished stay in their table, unusable; it grows by a row for each",
  payload: z.object({}),
  everySeconds: 600,
});

const forgetOldRefusals = defineJob({
  name: "auth.forget_refusals",
  summary: "Removes refusals that don't count against their addresses any more",
  whenFailing: "Addresses that were refused something stay in their table, 11,000 or so at most; nobody is held off for longer",
  payload: z.object({}),
  everySeconds: 600,
});

export const forgetExpired = defineJob({
  name: "auth.forget_expired_tokens",
  summary: "Removes personal tokens that expired more than 30 days ago",
  whenFailing: "Tokens that expired stay in their owner's list, unusable",
  payload: z.object({}),
  everySeconds: 21_600,
});

export const authJobs: HandledJob[] = [
  forgetPendingSignIns.handledBy(async (_payload, run) => await run.complete(forgetSignIns)),
  forgetOldRefusals.handledBy(async (_payload, run) => await run.complete(forgetRefusals)),
  forgetExpired.handledBy(async (_payload, run) => await run.complete(forgetExpiredTokens)),
];
