import { pgTable } from "drizzle-orm/pg-core";
import { column } from "../../core";

const { bytea, int8, moment, timestamps } = column;

/** Tokens that open the job panel, each once and for a minute. */
export const panelTokens = pgTable("panel_tokens", {
  hashedToken: bytea("hashed_token").primaryKey(),
  sessionId: int8("session_id").notNull(),
  userId: int8("user_id").notNull(),
  expiresAt: moment("expires_at").notNull(),
  ...timestamps(),
});
