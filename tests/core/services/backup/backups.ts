import { afterAll } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { createApp } from "../../../../core/app/app";
import type { BackupParts } from "../../../../core/services/backup/backup";
import { backUpTo } from "../../../../core/services/backup/backup-command";
import type { BackupHead } from "../../../../core/services/backup/contents";
import { readBackupFile } from "../../../../core/services/backup/read-file";
import { Refusal } from "../../../../core/services/backup/refusal";
import { restoreFrom } from "../../../../core/services/backup/restore-command";
import { writeBackupFile } from "../../../../core/services/backup/write-file";
import { readConnectionUrl } from "../../../../core/services/database/connection-options";

/** A folder of the calling file's tests, removed after the last one. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cocov-backup-"));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

// biome-ignore lint/suspicious/noExplicitAny: the document's form is what tests look at
type Said = any;
type Env = Readonly<Record<string, string | undefined>>;

/** Puts the platform together in this process, as a command does. */
async function opened<T>(env: Env, use: (parts: BackupParts) => Promise<T>): Promise<T> {
  const app = await createApp({ command: true, env, ...(env.COCOV_CONFIG ? {} : { config: {} }) });
  try {
    return await use(app.services.backup.parts());
  } finally {
    await app.stop();
  }
}

const call = { progress: () => undefined, signal: new AbortController().signal };

/** @returns what `bun run backup` says with `--json`, and its exit code */
export const backUp = (env: Env, file: string, options: { withKey?: boolean; storage?: string } = {}): Promise<Said> =>
  opened(env, async (parts) => {
    const { json, exitCode = 0 } = await backUpTo(parts, { ...call, ...options, file });
    return { ...Object(json), exitCode };
  });

/** @returns what `bun run restore` says with `--json`; why it refuses in `refusal` */
export const restore = (env: Env, file: string, options: { force?: boolean; withoutKeys?: boolean } = {}): Promise<Said> =>
  opened(env, async (parts) => {
    const outcome = restoreFrom(parts, { ...call, ...options, file });
    return await outcome.then(
      ({ json }) => json,
      (error: unknown) => {
        if (error instanceof Refusal) return { refusal: error.message };
        throw error;
      },
    );
  });

/** Writes a backup anew with another beginning. */
export async function withHead(from: string, to: string, change: (head: BackupHead) => BackupHead): Promise<void> {
  const file = await writeBackupFile(to);
  for await (const entry of readBackupFile(from)) {
    if (entry.name === "backup.json") await file.add(entry.name, JSON.stringify(change(JSON.parse(await entry.text()))));
    else if (entry.sha256 === null) await file.add(entry.name, Buffer.concat(await Array.fromAsync(entry.body)));
    else await file.addStream(entry.name, { size: entry.size, sha256: entry.sha256 }, entry.body);
  }
  await file.finish();
  await file.publish();
}

/** @returns the beginning of a backup */
export async function firstEntry(path: string): Promise<string> {
  for await (const entry of readBackupFile(path)) return await entry.text();
  return "";
}

/** Sends statements as the operator may. */
export async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const { url: target, address } = readConnectionUrl(url);
  const sql = postgres(target, { ...address, max: 1, onnotice: () => undefined });
  try {
    return [...(await sql.unsafe(statement))];
  } finally {
    await sql.end();
  }
}
