import type { Installation } from "../../app/installation";
import type { Cipher } from "../cipher/cipher";
import type { Database } from "../database/types";
import type { Logger } from "../log/logger";
import type { KeptOutside } from "./kept-outside";

/** What backups and restores work with. */
export interface BackupParts {
  readonly db: Database;
  readonly cipher: Cipher;
  readonly log: Logger;
  readonly installation: Installation;
  /** Whether the database is the platform's own. */
  readonly embedded: boolean;
  /** What plugins keep outside the database. */
  outside(): readonly KeptOutside[];
}

/** Backups, for the commands that make and restore them. */
export interface Backup {
  parts(): BackupParts;
}
