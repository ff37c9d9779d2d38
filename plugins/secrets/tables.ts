import { pgTable, text } from "drizzle-orm/pg-core";
import { column } from "../../core";

const { bytea, citext, id, int8, moment, timestamps } = column;

/** To whom something belongs: the organization, or one repository. */
const scoped = () => ({
  scope: text("scope", { enum: ["organization", "repository"] }).notNull(),
  name: citext("name").notNull(),
  repositoryId: int8("repository_id"),
});

/** What checks need and nobody may read: mounted into their containers. */
export const secrets = pgTable("secrets", {
  id: id(),
  ...scoped(),
  secureData: bytea("secure_data").notNull(),
  ownerId: int8("owner_id").notNull(),
  lastUsedAt: moment("last_used_at"),
  ...timestamps(),
});

/** Private keys, known by the fingerprint of their public half. */
export const privateKeys = pgTable("private_keys", {
  id: id(),
  ...scoped(),
  encryptedKey: bytea("encrypted_key").notNull(),
  digest: text("digest").notNull(),
  ...timestamps(),
});

/** One-time authorizations that were issued and neither used nor forgotten. Of each only a hash is kept. */
export const secretAuthorizations = pgTable("secret_authorizations", {
  id: id(),
  hashedAuthorization: text("hashed_authorization").notNull().unique(),
  repositoryId: int8("repository_id").notNull(),
  secretId: int8("secret_id").notNull(),
  expiresAt: moment("expires_at").notNull(),
  ...timestamps(),
});
