import { pgTable, text, uuid } from "drizzle-orm/pg-core";
import { column } from "../../core";
import { statusStates } from "./statuses/status";

const { bytea, citext, id, int8, moment, timestamps } = column;

/** Webhook deliveries of the last two days, and older ones whose work isn't done. */
export const deliveries = pgTable("github_deliveries", {
  id: id(),
  deliveryId: text("delivery_id").notNull().unique(),
  event: text("event").notNull(),
  payload: text("payload"),
  waiting: text("waiting").array().notNull(),
  state: text("state", { enum: ["pending", "processed", "failed"] }).notNull(),
  receivedAt: moment("received_at").notNull().defaultNow(),
  updatedAt: moment("updated_at").notNull().defaultNow(),
});

/** The newest wanted commit status of each context, until GitHub has it. */
export const statuses = pgTable("github_statuses", {
  id: id(),
  repositoryId: int8("repository_id").notNull(),
  sha: citext("sha").notNull(),
  context: text("context").notNull(),
  state: text("state", { enum: statusStates }).notNull(),
  description: text("description").notNull(),
  targetUrl: text("target_url").notNull(),
  version: int8("version").notNull().default(1),
  sender: uuid("sender"),
  senderUntil: moment("sender_until"),
  ...timestamps(),
});

/** Installation tokens, encrypted, shared by all processes. */
export const installationTokens = pgTable("github_installation_tokens", {
  id: id(),
  key: text("key").notNull().unique(),
  token: bytea("token").notNull(),
  expiresAt: moment("expires_at").notNull(),
  ...timestamps(),
});
