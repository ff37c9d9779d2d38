import { z } from "zod";
import { definePlugin, flag, setting, textList, wholeNumber } from "../../core";
import github from "../github";
import { adminOfSession } from "./admin-of-session";
import { createAuthenticator } from "./authenticate";
import { createChangeUsers } from "./change-users";
import { codeVerifiers, gitHubTokens } from "./encrypted";
import { errors } from "./errors";
import { acted, userLeft, userReplaced, userSignedIn } from "./events";
import { type AccessGuards, createGuards } from "./guards";
import { authJobs } from "./jobs";
import { createLeave, type Leave } from "./leave";
import { createRequestLimits, type RequestLimits } from "./limits/request-limits";
import { standingOfAccount } from "./members";
import { originOf } from "./redirect";
import { rotateKeys } from "./rotate-keys";
import { personalTokenRoutes } from "./routes/personal-tokens";
import { serviceTokenRoutes } from "./routes/service-tokens";
import { sessionRoutes } from "./routes/sessions";
import { userRoute } from "./routes/user";
import { userRoutes } from "./routes/users";
import { createSignIns } from "./sign-in";
import { userPermissions } from "./slots";
import * as tables from "./tables";
import { type Tokens, tokens } from "./tokens";
import { createUsers, type Users } from "./users";
import { userOfPayload, userWebhooks } from "./webhooks";

export type { SessionOfUser } from "./admin-of-session";
export { type Caller, type ServiceCaller, type SessionCaller, seesEverything, type UserCaller } from "./caller";
export { credentialIn } from "./credential-in";
export { errors } from "./errors";
export { acted, userLeft, userReplaced, userSignedIn } from "./events";
export type { AccessGuard, AccessGuards } from "./guards";
export { holdCaller } from "./hold-caller";
export type { RequestLimits } from "./limits/request-limits";
export { definePageReading, defineReading, type Read, type Reading } from "./reading";
export type { SignedInUser } from "./record-person";
export type { ServiceScope } from "./service-scope";
export { type PermissionCounts, type UserPermissions, userPermissions } from "./slots";
export type { UserPresentation, Users } from "./users";

/** Who calls and what they may do. */
export interface Auth extends AccessGuards {
  readonly users: Users;
  readonly tokens: Tokens;
  /**
   * Asks GitHub whether somebody still belongs to the organization, as far as the settings demand it.
   * @throws ApiError `github.unavailable` when GitHub gives no usable answer
   */
  mayStay(githubId: number): Promise<boolean>;
  readonly leave: Leave;
  /** For whoever takes other credentials than bearer tokens. */
  readonly limits: RequestLimits;
  readonly userOfPayload: typeof userOfPayload;
  /** For whoever keeps sessions of another kind that end with the one they were begun from. */
  readonly adminOfSession: typeof adminOfSession;
}

export default definePlugin({
  name: "auth",
  summary: "Signing in through GitHub, sessions, personal and service tokens, and the guards of everybody's routes",
  requires: [github],
  config: z.object({
    allowOutsideCollaborators: setting(flag.default(true), {
      env: "COCOV_ALLOW_OUTSIDE_COLLABORATORS",
      summary: "outside collaborators of the organization may sign in",
    }),
    allowNeverExpiringPersonalTokens: setting(flag.default(false), {
      env: "COCOV_PERSONAL_TOKENS_ALLOW_NEVER_EXPIRING",
      summary: "people may make personal tokens that never expire",
    }),
    signInOrigins: setting(textList.refine((entries) => entries.every((entry) => originOf(entry) !== null)).default([]), {
      env: "COCOV_SIGN_IN_ORIGINS",
      summary: "origins that sign-in may lead back to; none: any, and GitHub's own list of callback addresses decides",
      accepts: "origins such as https://cocov.example.org, separated by commas",
    }),
    rateLimit: setting(wholeNumber(0, 1000).default(60), {
      env: "COCOV_RATE_LIMIT_PER_MINUTE",
      summary: "refused sign-ins, and different refused credentials, that one address may have in a minute; 0: any number",
    }),
  }),
  tables,
  encrypted: [gitHubTokens, codeVerifiers],
  errors,
  slots: [userPermissions],
  events: [userSignedIn, userLeft, userReplaced, acted],
  setup({ db, events, slots, log, cipher, config, installed, use: { github } }) {
    const limits = createRequestLimits({ db, log, cipher, limit: config.rateLimit });
    const guards = createGuards(createAuthenticator({ db, log }), limits);
    const users = createUsers({ cipher, log });
    const leave = createLeave(events);
    const api: Auth = {
      ...guards,
      users,
      tokens,
      async mayStay(githubId) {
        const standing = await standingOfAccount(github, githubId);
        return standing === "member" || (standing === "outside_collaborator" && config.allowOutsideCollaborators);
      },
      leave,
      limits,
      userOfPayload,
      adminOfSession,
    };
    return {
      api,
      routes: [
        ...sessionRoutes({ db, events, github, users, limits, signIns: createSignIns(cipher), ...config }),
        userRoute(guards),
        ...personalTokenRoutes({ db, events, guards, allowNeverExpiring: config.allowNeverExpiringPersonalTokens }),
        ...serviceTokenRoutes({ db, events, guards }),
        ...userRoutes({
          db,
          admin: guards.admin,
          users,
          change: createChangeUsers({ db, events }),
          permissions: slots.one(userPermissions),
        }),
      ],
      jobs: authJobs,
      commands: [rotateKeys({ db, events, cipher, columns: () => installed().flatMap(({ encrypted }) => encrypted) })],
      contribute: userWebhooks({ leave }),
      console: {
        users: { summary: "users.byId(db, [1]) and the like", value: users },
        tokens: {
          summary: 'tokens.createService(db, { description: "Worker", ownerId: 1 }) makes a service token',
          value: tokens,
        },
      },
    };
  },
});
