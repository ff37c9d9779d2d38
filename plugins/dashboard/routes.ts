import { z } from "zod";
import { anyone, type Database, type Events, parameter, type Route, route } from "../../core";
import { type Auth, acted, errors as authErrors, holdCaller } from "../auth";
import type { PanelSessions } from "./panel-session";
import { makePanelToken, usePanelToken } from "./panel-token";

interface Parts {
  db: Database;
  events: Events;
  auth: Auth;
  sessions: PanelSessions;
}

/** The way into the panel: a token that is used once, and the page that takes it. */
export function panelRoutes({ db, events, auth, sessions }: Parts): Route[] {
  return [
    route({
      method: "POST",
      path: "/v1/admin/sidekiq_panel_token",
      summary: "Make a token that opens the job panel",
      description: "Once, within a minute: send the browser to `/v1/admin/sidekiq_panel` with it.",
      access: auth.adminSession,
      answers: { 200: z.object({ token: z.string().meta({ example: `csp_${"0".repeat(64)}` }) }) },
      handle: async ({ caller }) =>
        await db.transaction(async (tx) => {
          await holdCaller(tx, caller);
          const token = await makePanelToken(tx, { userId: caller.id, sessionId: caller.token.id });
          const subject = { type: "panel_token", id: caller.id, name: caller.login };
          await events.emit(tx, acted, { action: "panel_token.created", subject, repository: null });
          return { token };
        }),
    }),
    route({
      method: "GET",
      path: "/v1/admin/sidekiq_panel",
      summary: "Open the job panel",
      description:
        "For browsers, without any other credential: the token is used up, a panel session begins, and the browser goes on to `/sidekiq`. The session ends ten minutes after its last use, and with the session that made the token.",
      access: anyone,
      params: z.object({
        token: parameter
          .text()
          .optional()
          .meta({ example: `csp_${"0".repeat(64)}` }),
      }),
      answers: { 302: null },
      errors: ["auth.forbidden"],
      async handle(context) {
        const { request, params, url } = context;
        if (request.method === "HEAD")
          throw authErrors.fail("auth.forbidden", "Open it with GET: a panel token can be used once");
        const session = await db.transaction(async (tx) => {
          const from = params.token === undefined ? undefined : await usePanelToken(tx, params.token);
          const login = from && (await auth.adminOfSession(tx, from));
          if (!from || login === undefined) return undefined;
          context.actor = `user:${login}`;
          context.credential = "panel";
          const subject = { type: "panel_session", id: from.userId, name: login };
          await events.emit(tx, acted, { action: "panel_session.created", subject, repository: null });
          return sessions.begin(from);
        });
        if (!session) throw authErrors.fail("auth.forbidden", "The panel token is unknown, used or expired: ask for a new one");
        return new Response(null, {
          status: 302,
          headers: {
            location: "/sidekiq",
            "set-cookie": await sessions.cookie(session, { secure: url.protocol === "https:" }),
            "cache-control": "no-store",
          },
        });
      },
    }),
  ];
}
