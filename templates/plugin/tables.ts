import { column } from "cocov/core";
import { pgTable, text } from "drizzle-orm/pg-core";

export const notes = pgTable("my_plugin_notes", {
  id: column.id(),
  text: text("text").notNull(),
  /** When all readers had been told. */
  toldAt: column.moment("told_at"),
  ...column.timestamps(),
});
