import { jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { column } from "../../core";

const { citext, id, moment } = column;

/** What people did, as it was known then. Rows are added and, when they are old, deleted by retention; the database refuses all else. */
export const auditLog = pgTable("audit_log", {
  id: id(),
  at: moment("at").notNull(),
  /** A login, or `service:4`; null when nobody had shown who they are. */
  actor: citext("actor"),
  credential: text("credential"),
  action: text("action").notNull(),
  subjectType: text("subject_type").notNull(),
  subjectId: jsonb("subject_id").$type<number | string>(),
  subjectName: text("subject_name"),
  repository: citext("repository"),
  requestId: text("request_id"),
  address: text("address"),
});
