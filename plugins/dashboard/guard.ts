import { type Database, defineCredential, type Guard, notFound } from "../../core";
import { type Auth, errors as authErrors } from "../auth";
import { isCrossSite } from "./cross-site";
import type { PanelSession, PanelSessions } from "./panel-session";

/** Whoever has opened the panel. */
export interface PanelVisit {
  readonly session: PanelSession;
  /** Whether the visitor's connection is encrypted, as they see it. */
  readonly secure: boolean;
}

const cookie = defineCredential("panel", {
  type: "apiKey",
  in: "cookie",
  name: "_cocov_session",
  description: "A session of the job panel, begun with a panel token.",
});

/** Passes the panel session of somebody who is an admin now, and of what would change something only what its own pages sent. */
export function panelGuard({
  db,
  auth,
  sessions,
}: {
  db: Database;
  auth: Auth;
  sessions: PanelSessions;
}): Guard<object, { visit: PanelVisit }> {
  return {
    label: "admin, with a panel session",
    security: cookie,
    adds: { visit: "the panel session" },
    errors: ["not_found", "auth.forbidden"],
    async check(context) {
      const { request, url } = context;
      const session = await sessions.read(request);
      const login = session && (await auth.adminOfSession(db, session));
      if (!session || login === undefined)
        throw notFound("There is nothing here without a session of the job panel: open it anew from the administration");
      context.actor = `user:${login}`;
      context.credential = "panel";
      const reads = request.method === "GET" || request.method === "HEAD";
      if (!reads && isCrossSite(request, url)) throw authErrors.fail("auth.forbidden", "Another site sent this");
      return { visit: { session, secure: url.protocol === "https:" } };
    },
  };
}
