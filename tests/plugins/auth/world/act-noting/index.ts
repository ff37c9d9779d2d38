import { definePlugin } from "../../../../../core";
import auth, { acted, userReplaced } from "../../../../../plugins/auth";

/** Notes what people do on purpose, and keeps something that is theirs, in tables that the test makes. */
export default definePlugin({
  name: "act-noting",
  summary: "Notes acts and keeps keepsakes",
  version: "1.0.0",
  compatibility: "*",
  requires: [auth],
  setup: () => ({
    on: [
      acted.handledBy(async ({ sql, by }, { action, subject }) => {
        await sql`INSERT INTO noted_acts (who, action, subject) VALUES (${by.actor}, ${action}, ${sql.json(subject)})`;
      }),
      userReplaced.handledBy(async ({ sql }, { userId, heirId }) => {
        await sql`UPDATE keepsakes SET owner_id = ${heirId} WHERE owner_id = ${userId}`;
      }),
    ],
  }),
});
