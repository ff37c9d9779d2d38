/** What plugins import of it. */

export * as column from "./columns";
export { isConnectionLoss, isForeignKeyViolation, isUniqueViolation } from "./database-errors";
export { type Given, preparedRead } from "./prepared-read";
export { type PageOf, readPage } from "./read-page";
export { repeatedRead } from "./repeated-read";
export { type RowOf, rowColumns } from "./row-columns";
export type { Database, Queryable, Transaction } from "./types";
