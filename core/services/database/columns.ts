import { bigint, customType, timestamp } from "drizzle-orm/pg-core";

/** Text that compares without regard to case (the `citext` extension). */
export const citext = customType<{ data: string }>({ dataType: () => "citext" });

/** Bytes. */
export const bytea = customType<{ data: Uint8Array }>({ dataType: () => "bytea" });

/** A 64-bit whole number; ids and sizes. */
export const int8 = (name: string) => bigint(name, { mode: "number" });

/** The primary key every table has. */
export const id = () => int8("id").primaryKey().generatedAlwaysAsIdentity();

/** A point in time. */
export const moment = (name: string) => timestamp(name, { withTimezone: true });

/** The two times every table has. */
export const timestamps = () => ({
  createdAt: moment("created_at").notNull().defaultNow(),
  updatedAt: moment("updated_at").notNull().defaultNow(),
});
