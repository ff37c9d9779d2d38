import type { Database } from "./types";

/** The database, and how it stands. */
export interface WatchedDatabase extends Database {
  /** Whether it has the tables that this release needs. */
  migrated(): Promise<boolean>;
  /** False when this process is stuck for want of connections, and only a restart helps. Asks nothing of the database. */
  alive(): boolean;
}
