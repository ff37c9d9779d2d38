import { mkdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Platform } from "../../app/service";
import { type CommandResult, defineCommand } from "../../commands/command";
import { progressBar } from "../log/progress-bar";
import { size } from "../log/size";
import type { Backup, BackupParts } from "./backup";
import { checkBackupFile } from "./check-file";
import { configuredKeys } from "./configured-keys";
import { missingKeys } from "./keys";
import { type MadeBackup, makeBackup } from "./make-backup";
import { Refusal, tellingRefusals } from "./refusal";

export const backupCommand = defineCommand({
  name: "backup",
  summary: "Writes database and storage into one file",
  description: `Writes the database as it is at one moment, and the storage as far as it belongs to that, into one file; works while the server
runs. The file is read back before it gets its name. The cryptographic key isn't in it unless asked for: keep that elsewhere, without it
nobody can use what it encrypted. Exit code 1: there is no backup, or one that can't be restored in full.`,
  arguments: { file: { summary: "the file, or a folder for it; <data dir>/backups/<time>.tar.zst unless given" } },
  options: {
    storage: {
      type: "string",
      value: "HOW",
      summary:
        "copy: with all archives of commits; list: only which there are. Unless given, a folder is copied and a bucket listed",
    },
    "with-key": {
      type: "boolean",
      summary: "puts the cryptographic keys into it; whoever has the file can read everything then",
    },
  },
  run: (call, platform: Platform<Backup>) =>
    tellingRefusals(call, async () => {
      const { storage, "with-key": withKey } = call.options;
      const wish = { file: call.args.file, withKey, storage, progress: call.progress };
      return await platform.asItIs((backup, signal) => backUpTo(backup.parts(), { ...wish, signal }));
    }),
});

function howOf(given: string | undefined): boolean | undefined {
  if (given === undefined || given === "copy" || given === "list") return given === undefined ? undefined : given === "copy";
  throw new Refusal(`--storage: found "${given}", accepted is copy or list.`);
}

interface BackupCall {
  readonly file: string | undefined;
  readonly withKey?: boolean;
  readonly storage?: string | undefined;
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Does the command's work. @throws Refusal */
export async function backUpTo(
  parts: BackupParts,
  { file, withKey = false, storage, progress, signal }: BackupCall,
): Promise<CommandResult> {
  const copyOutside = howOf(storage);
  const path = await pathOf(file, parts);
  const bar = progressBar(progress);
  const keys = withKey ? configuredKeys(parts) : undefined;
  const made = await makeBackup(parts, {
    path,
    signal,
    bar,
    ...(copyOutside !== undefined && { copyOutside }),
    ...(keys && { keys }),
  });
  try {
    const { damaged } = await checkBackupFile(made.path, (read) => bar.show("reading it back", read, made.bytes), signal);
    bar.clear();
    const blind = missingKeys(made.head.keys, parts.cipher);
    const problems = [
      ...made.problems,
      ...(blind.length > 0 ? [`What is encrypted under ${blind.join(", ")} can't be read as it is in the file.`] : []),
    ];
    await made.file.publish();
    return report(path, made, problems, damaged);
  } catch (error) {
    await made.file.discard();
    throw error;
  }
}

async function pathOf(given: string | undefined, { installation }: BackupParts): Promise<string> {
  const name = `${new Date()
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(":", "-")}.tar.zst`;
  if (given === undefined) {
    const folder = join(installation.settings.dataDir, "backups");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return join(folder, name);
  }
  const path = resolve(given);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return join(path, name);
  if (found && !found.isFile()) throw new Refusal(`${path} is neither a file nor a folder.`);
  const parent = await stat(dirname(path)).catch(() => undefined);
  if (!parent?.isDirectory())
    throw new Refusal(`${dirname(path)} isn't a folder. Make it, or name a file in one that there is.`);
  return path;
}

function report(path: string, made: MadeBackup, problems: readonly string[], damaged: number): CommandResult {
  const { head, end, bytes, notes } = made;
  const rows = Object.values(end.tables).reduce((sum, table) => sum + table.rows, 0);
  const outside = head.outside.map(({ name, copied }) => ({ name, copied, ...(end.outside[name] ?? emptyOutside) }));
  const needed = head.keys.filter(({ values }) => values > 0);
  const lines = [
    `${path}: ${size(bytes)}, ${head.tables.length} tables, ${rows} rows.`,
    ...outside.flatMap(({ name, copied, items, bytes: taken, gone, examples }) => [
      `${name}: ${items} ${copied ? "copied" : "listed, not copied"}, ${size(taken)}.${gone > 0 ? ` ${gone} went meanwhile, or were gone; they are fetched again when needed.` : ""}${damaged > 0 ? ` ${damaged} don't have the checksum that they were stored with.` : ""}`,
      ...examples.map((example) => `  ${example}`),
    ]),
    needed.length === 0
      ? "Nothing in it is encrypted."
      : `To restore it takes the keys ${needed.map(({ id }) => id).join(", ")}${head.hasKeys ? ", which are in it: keep it as you keep them." : ", which aren't in it: keep them elsewhere."}`,
    ...notes,
    ...problems.map((problem) => `NOT GOOD: ${problem}`),
  ];
  return {
    text: lines.join("\n"),
    json: {
      file: path,
      bytes,
      good: problems.length === 0,
      madeAt: head.madeAt,
      platform: head.platform,
      tables: head.tables.length,
      rows,
      outside,
      keys: head.keys.map(({ id, values }) => ({ id, values })),
      hasKeys: head.hasKeys,
      notes,
      problems,
    },
    exitCode: problems.length === 0 ? 0 : 1,
  };
}

const emptyOutside = { items: 0, bytes: 0, gone: 0, damaged: 0, examples: [] as readonly string[] };
