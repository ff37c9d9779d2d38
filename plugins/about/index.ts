import { z } from "zod";
import { definePlugin, setting } from "../../core";
import auth from "../auth";
import { createCommitReader } from "./commit";
import { infoRoute } from "./routes";

export default definePlugin({
  name: "about",
  summary: "Tells which version of the platform and of its plugins is running",
  requires: [auth],
  config: z.object({
    commit: setting(
      z
        .string()
        .trim()
        .regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i)
        .toLowerCase()
        .optional(),
      {
        env: "COCOV_COMMIT",
        summary: "commit that the platform was built from, where there is no git to ask; images set it",
        accepts: "40 or 64 hexadecimal digits",
      },
    ),
  }),
  setup: ({ config, installed, use: { auth } }) => ({
    routes: [infoRoute({ auth, installed, commit: createCommitReader(config.commit) })],
  }),
});
