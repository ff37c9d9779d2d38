import { integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { column } from "../../core";
import { statusStates } from "./statuses/status";

const { bytea, citext, id, int8, moment, timestamps } = column;

/** Webhook deliveries of the last four days, and older ones whose work isn't done. */
export const deliveries = pgTable("github_deliveries", {
  id: id(),
  deliveryId: text("delivery_id").notNull().unique(),
  event: text("event").notNull(),
  payload: text("payload"),
  waiting: text("waiting").array().notNull(),
  state: text("state", { enum: ["pending", "processed", "failed"] }).notNull(),
  attempts: integer("attempts").notNull().default(0),
  error: text("error"),
  receivedAt: moment("received_at").notNull().defaultNow(),
  updatedAt: moment("updated_at").notNull().defaultNow(),
});

/** Deliveries that never arrived, and how often GitHub was asked to send them again. */
export const redeliveries = pgTable("github_redeliveries", {
  deliveryId: text("delivery_id").primaryKey(),
  asks: integer("asks").notNull(),
  askedAt: moment("asked_at").notNull(),
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
