import { z } from "zod";
import { anyone, type Database, type Events, parameter, type Route, route } from "../../../core";
import type { GitHub } from "../../github";
import { errors } from "../errors";
import { acted, userSignedIn } from "../events";
import { identify } from "../identify";
import type { RequestLimits } from "../limits/request-limits";
import { codeChallenge } from "../pkce";
import { isRedirectTarget, withExchangeToken } from "../redirect";
import { admit, isRefusedSignIn, tellRefusal } from "../refused-sign-in";
import { session, signInBegun } from "../schemas";
import type { SignIns } from "../sign-in";
import { tokens } from "../tokens";
import type { Users } from "../users";

interface SessionRoutes {
  db: Database;
  events: Events;
  github: GitHub;
  users: Users;
  limits: RequestLimits;
  signIns: SignIns;
  allowOutsideCollaborators: boolean;
  /** Where sign-ins may lead back to; empty: anywhere. */
  signInOrigins: readonly string[];
}

/** Signing in through GitHub: begin, go to GitHub and back, exchange. */
export function sessionRoutes(parts: SessionRoutes): Route[] {
  const { db, events, github, users, limits, signIns, allowOutsideCollaborators, signInOrigins } = parts;
  return [
    route({
      method: "POST",
      path: "/auth/begin",
      summary: "Begin signing in",
      description:
        "Answers with the address of GitHub's consent page. GitHub sends the browser back to `redirect` with `exchange_token`, `code` and `state` in its query; hand them to `/auth/exchange` within an hour.",
      access: anyone,
      params: z.object({ redirect: parameter.text({ missing: "session.no_redirect" }) }),
      answers: { 200: signInBegun },
      errors: ["session.bad_redirect_uri", "github.not_configured"],
      handle: async ({ params: { redirect } }) => {
        if (!isRedirectTarget(redirect, signInOrigins)) throw errors.fail("session.bad_redirect_uri");
        const toGitHub = github.authorizeUrl;
        const { exchangeToken, state, codeVerifier } = await signIns.begin(db);
        const redirectUri = withExchangeToken(redirect, exchangeToken);
        return {
          redirect_to: toGitHub({ redirectUri, state, scope: "user:email,repo", codeChallenge: codeChallenge(codeVerifier) }),
        };
      },
    }),
    route({
      method: "POST",
      path: "/auth/exchange",
      summary: "Finish signing in",
      description: "Exchanges what GitHub sent the browser back with for a session token. Each sign-in can be exchanged once.",
      access: anyone,
      params: z.object({
        exchange_token: parameter.text({ missing: "session.no_exchange_token" }),
        state: parameter.text({ missing: "session.no_state" }),
        code: parameter.text({ missing: "session.no_code" }),
        redirect: parameter.text({ missing: "session.no_redirect" }),
      }),
      answers: { 200: session },
      errors: [
        "session.invalid_exchange_token_or_state",
        "request.rate_limited",
        "session.cannot_exchange",
        "session.outside_collaborator_not_allowed",
        "session.not_an_org_member",
        "github.not_configured",
        "github.unavailable",
      ],
      handle: async (context) => {
        const { exchange_token: exchangeToken, state, code, redirect } = context.params;
        let login: string | null = null;
        try {
          const begun = await signIns.consume(db, { exchangeToken, state });
          if (!begun) throw errors.fail("session.invalid_exchange_token_or_state");
          const { codeVerifier, consumedAt: seenAt } = begun;
          const { person, standing } = await identify(github, { code, redirect, codeVerifier });
          login = person.login;
          admit(standing, { allowOutsideCollaborators });
          return await db.transaction(async (tx) => {
            const user = await users.signIn(tx, { ...person, seenAt });
            const token = await tokens.createSession(tx, user.id);
            context.actor = `user:${user.login}`;
            await events.emit(tx, userSignedIn, { userId: user.id });
            const subject = { type: "session", id: user.id, name: user.login };
            await events.emit(tx, acted, { action: "session.created", subject, repository: null });
            return { token, name: user.login, admin: user.admin };
          });
        } catch (error) {
          if (!isRefusedSignIn(error)) throw error;
          const answer = await limits.exchange(error);
          // What goes beyond the limit isn't written either: nobody fills the disk so.
          if (answer === error) await tellRefusal({ db, events }, login);
          throw answer;
        }
      },
    }),
  ];
}
