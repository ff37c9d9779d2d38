import { z } from "zod";
import { defineService, type OpenService } from "../../app/service";
import cipher from "../cipher/service";
import { contributedTo } from "../contributed";
import database from "../database/service";
import embeddedPostgres from "../embedded-postgres/service";
import log from "../log/service";
import type { Backup, BackupParts } from "./backup";
import { backupCommand } from "./backup-command";
import { type KeptOutside, keptOutside } from "./kept-outside";
import { restoreCommand } from "./restore-command";

export default defineService({
  name: "backup",
  summary: "Writes the database, and what is kept outside of it, into one file, and reads that back",
  settings: z.object({}),
  needs: [log, embeddedPostgres, cipher, database],
  commands: [backupCommand, restoreCommand],
  slots: [keptOutside],
  open({ installation, use }): OpenService<Backup> {
    let outside: readonly KeptOutside[] = [];
    const parts: BackupParts = {
      db: use.database,
      cipher: use.cipher,
      log: use.log,
      embedded: use.embeddedPostgres.embedded,
      installation,
      outside: () => outside,
    };
    return {
      api: { parts: () => parts },
      attach({ plugins }) {
        outside = contributedTo(keptOutside, plugins).map(({ value }) => value);
      },
    };
  },
  preview: (): Backup => ({
    parts() {
      throw new Error("there is nothing to back up where nothing is opened");
    },
  }),
});
