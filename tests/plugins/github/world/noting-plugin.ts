import { definePlugin } from "../../../../core";
import { type WebhookHandler, webhook } from "../../../../plugins/github";

/** Handlers that note each delivery in the table `notes`, unless the table `obstacles` names them. */
const handlers = ["noting.first", "noting.second"].map(
  (name): WebhookHandler => ({
    event: "push",
    name,
    async handle(tx, payload, { sequence }) {
      await tx.sql`INSERT INTO notes (handler, payload, sequence, request) VALUES (${name}, ${JSON.stringify(payload)}, ${sequence}, ${tx.by.requestId})`;
      const obstacles = await tx.sql`SELECT 1 FROM obstacles WHERE handler = ${name}`;
      if (obstacles.length > 0) throw new Error(`${name} can't work now`);
    },
  }),
);

export default definePlugin({
  name: "noting",
  summary: "Notes webhook deliveries, for tests",
  setup: () => ({ contribute: handlers.map((handler) => webhook.with(handler)) }),
});
