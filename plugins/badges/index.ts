import { z } from "zod";
import { definePlugin, setting, webAddress } from "../../core";
import auth from "../auth";
import repositories from "../repositories";
import { drawnRoutes } from "./drawn-routes";
import { badgeRoutes } from "./routes";

export default definePlugin({
  name: "badges",
  summary: "Coverage and issues of default branches as badges: their values for the Badger, and drawn here",
  requires: [auth, repositories],
  config: z.object({
    baseUrl: setting(webAddress.optional(), {
      env: "COCOV_BADGES_BASE_URL",
      summary: "address of the public badge service; without it badges aren't offered",
    }),
    drawing: setting(z.enum(["off", "token", "public"]).default("off"), {
      env: "COCOV_BADGES_DRAWING",
      summary: "whether /badges/… draws badges itself: not at all, for links with a token, or for everybody",
      accepts: "off, token or public",
    }),
  }),
  setup({ db, config: { baseUrl, drawing }, use: { auth, repositories } }) {
    return {
      routes: [...badgeRoutes({ auth, repositories, baseUrl }), ...drawnRoutes({ db, repositories, drawing })],
    };
  },
});
