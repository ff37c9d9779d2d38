import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Platform } from "../../app/service";
import { type CommandResult, defineCommand } from "../../commands/command";
import { progressBar } from "../log/progress-bar";
import type { Backup, BackupParts } from "./backup";
import { checkBackupFile } from "./check-file";
import { refuseUnfit } from "./fitness";
import { Refusal, tellingRefusals } from "./refusal";
import { type Restored, restoreBackup } from "./restore-backup";

export const restoreCommand = defineCommand({
  name: "restore",
  summary: "Restores a backup, and verifies what it restored",
  description: `Reads the whole backup first, then makes the tables anew, fills them, compares the rows with the backup's, puts archives back and
applies what migrations have come since. Stop every process of the platform before. It takes the same version as the backup's or a newer one, and
the keys that the backup needs. Broken off, it leaves a mark that keeps the platform from starting: run it again.`,
  arguments: { file: { summary: "the backup's file", required: true } },
  options: {
    force: { type: "boolean", summary: "replaces what the database has" },
    "without-keys": { type: "boolean", summary: "although keys are missing: what they encrypted stays unreadable" },
  },
  run: (call, platform: Platform<Backup>) =>
    tellingRefusals(call, async () => {
      const { force, "without-keys": withoutKeys } = call.options;
      const wish = { file: call.args.file, force, withoutKeys, progress: call.progress };
      return await platform.asItIs((backup, signal) => restoreFrom(backup.parts(), { ...wish, signal }));
    }),
});

interface RestoreCall {
  readonly file: string;
  readonly force?: boolean;
  readonly withoutKeys?: boolean;
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Does the command's work. @throws Refusal */
export async function restoreFrom(
  parts: BackupParts,
  { file, force = false, withoutKeys = false, progress, signal }: RestoreCall,
): Promise<CommandResult> {
  const path = resolve(file);
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new Refusal(`There is no file ${path}.`);
  const bar = progressBar(progress);
  const checked = await checkBackupFile(path, (read) => bar.show("reading the backup", read, found.size), signal);
  const { cipher, keyFile } = await refuseUnfit(parts, checked, { force, withoutKeys });
  const restored = await restoreBackup({ ...parts, cipher }, { path, checked, keyFile, bar, signal, bytes: found.size });
  bar.clear();
  return report(path, parts, restored);
}

function report(path: string, { outside }: BackupParts, restored: Restored): CommandResult {
  const { head, end, migrated, unreadable } = restored;
  const rows = Object.values(end.tables).reduce((sum, table) => sum + table.rows, 0);
  const kept = outside();
  const lines = [
    `Restored ${path}, made ${head.madeAt} by version ${head.platform}: ${head.tables.length} tables, ${rows} rows, compared with the backup's.`,
    ...restored.outside.map(({ name, restored: back, missing, damaged }) => {
      const gone = missing + damaged;
      const after = kept.find((one) => one.name === name)?.missing ?? "stays missing";
      return `${name}: ${back} there.${gone > 0 ? ` ${gone} can't be had from the backup (${damaged} of them damaged); each ${after}.` : ""}`;
    }),
    migrated.length === 0 ? "No migration has come since." : `Migrated since: ${migrated.join(", ")}.`,
    ...unreadable.map((what) => `${what}.`),
    ...restored.notes,
  ];
  return {
    text: lines.join("\n"),
    json: {
      file: path,
      madeAt: head.madeAt,
      platform: head.platform,
      tables: head.tables.length,
      rows,
      outside: restored.outside,
      migrated,
      unreadable,
      notes: restored.notes,
    },
    exitCode: 0,
  };
}
