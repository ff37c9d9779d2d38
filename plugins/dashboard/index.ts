import { z } from "zod";
import { definePlugin, mountedApp, setting, settingText } from "../../core";
import auth from "../auth";
import { panelGuard } from "./guard";
import { createPanel } from "./panel";
import { createPanelSessions } from "./panel-session";
import { panelRoutes } from "./routes";
import * as tables from "./tables";

/** Where the panel is: deployed UIs open the first one. */
const paths = ["/sidekiq", "/jobs"] as const;

export default definePlugin({
  name: "dashboard",
  summary: "The job panel: what runs, waits, failed and is dead, and what admins do about it",
  requires: [auth],
  config: z.object({
    jwtSecret: setting(settingText.min(32).optional(), {
      env: "COCOV_JWT_SECRET",
      summary: "signs sessions of the job panel; made of the cryptographic key unless it is set",
      accepts: "32 characters or more",
      secret: true,
    }),
  }),
  tables,
  setup({ db, jobs, events, cipher, config, use: { auth } }) {
    const secret = config.jwtSecret === undefined ? cipher.secretFor("jwt") : Buffer.from(config.jwtSecret);
    const sessions = createPanelSessions(secret);
    const access = panelGuard({ db, auth, sessions });
    return {
      routes: panelRoutes({ db, events, auth, sessions }),
      mount: paths.map((path) =>
        mountedApp({ path, summary: "The job panel", access, app: createPanel({ base: path, db, jobs, events, sessions }) }),
      ),
    };
  },
});
