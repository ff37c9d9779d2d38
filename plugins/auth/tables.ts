import { boolean, pgTable, text } from "drizzle-orm/pg-core";
import { column } from "../../core";
import { personalScopes } from "./personal-scope";
import { serviceScopes } from "./service-scope";

const { bytea, citext, id, int8, moment, timestamps } = column;

/** People who have signed in. */
export const users = pgTable("users", {
  id: id(),
  login: citext("login").notNull().unique(),
  githubId: int8("github_id").notNull().unique(),
  admin: boolean("admin").notNull().default(false),
  githubToken: bytea("github_token"),
  avatarUrl: text("avatar_url"),
  seenAt: moment("seen_at").notNull().defaultNow(),
  ...timestamps(),
});

/** Their verified addresses. */
export const userEmails = pgTable("user_emails", {
  id: id(),
  userId: int8("user_id").notNull(),
  email: citext("email").notNull().unique(),
  seenAt: moment("seen_at").notNull().defaultNow(),
  ...timestamps(),
});

/** Sessions (`auth`) and personal access tokens (`personal`). */
export const userTokens = pgTable("user_tokens", {
  id: id(),
  userId: int8("user_id").notNull(),
  kind: text("kind", { enum: ["auth", "personal"] }).notNull(),
  hashedToken: text("hashed_token").notNull().unique(),
  /** Null for sessions, as are scopes. */
  description: text("description"),
  scopes: text("scopes", { enum: personalScopes }).array(),
  expiresAt: moment("expires_at"),
  lastUsedAt: moment("last_used_at"),
  ...timestamps(),
});

/** Tokens of programs: the worker, the cache service, the badge service. */
export const serviceTokens = pgTable("service_tokens", {
  id: id(),
  hashedToken: text("hashed_token").notNull().unique(),
  description: text("description").notNull(),
  ownerId: int8("owner_id").notNull(),
  scopes: text("scopes", { enum: serviceScopes }).array().notNull(),
  lastUsedAt: moment("last_used_at"),
  ...timestamps(),
});

/** Sign-ins that were begun and not yet exchanged. */
export const pendingSignIns = pgTable("pending_sign_ins", {
  id: id(),
  hashedExchangeToken: text("hashed_exchange_token").notNull().unique(),
  hashedState: text("hashed_state").notNull(),
  codeVerifier: bytea("code_verifier"),
  expiresAt: moment("expires_at").notNull(),
  ...timestamps(),
});

/** What was refused in the last minute, by where it came from. Nothing in it can be read back. */
export const refusals = pgTable("refusals", {
  source: bytea("source").primaryKey(),
  marks: int8("marks").array().notNull(),
  times: moment("times").array().notNull(),
  latest: moment("latest").notNull(),
});
