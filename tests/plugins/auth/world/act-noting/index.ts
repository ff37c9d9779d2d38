import { definePlugin } from "../../../../../core";
import auth, { acted } from "../../../../../plugins/auth";

/** Notes what people do on purpose, in a table that the test makes. */
export default definePlugin({
  name: "act-noting",
  summary: "Notes acts",
  version: "1.0.0",
  compatibility: "*",
  requires: [auth],
  setup: () => ({
    on: [
      acted.handledBy(async ({ sql, by }, { action, subject }) => {
        await sql`INSERT INTO noted_acts (who, action, subject) VALUES (${by.actor}, ${action}, ${sql.json(subject)})`;
      }),
    ],
  }),
});
