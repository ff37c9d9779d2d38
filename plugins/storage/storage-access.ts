import { chmod, mkdir, stat } from "node:fs/promises";

/** Modes of archives' files, as operators may choose them. Who may read a file may look into its folder. */
export const fileModes = ["0600", "0640", "0644"] as const;

export type FileMode = (typeof fileModes)[number];

/** Who may read what is stored for the Workers. */
export interface StorageAccess {
  readonly fileMode: number;
  readonly folderMode: number;
}

const folderModes: Readonly<Record<FileMode, number>> = { "0600": 0o700, "0640": 0o750, "0644": 0o755 };

export function storageAccess(mode: FileMode): StorageAccess {
  return { fileMode: Number.parseInt(mode, 8), folderMode: folderModes[mode] };
}

/**
 * Makes a folder of the storage, or gives the one that is there its mode, whatever the process' umask says. Its group and a bit that
 * hands that on to new files (setgid) stay; so does a folder of another account.
 */
export async function makeStorageFolder(path: string, { folderMode }: StorageAccess): Promise<void> {
  await mkdir(path, { recursive: true });
  const found = await stat(path);
  const isOurs = found.uid === process.geteuid?.();
  if (isOurs && (found.mode & 0o777) !== folderMode) await chmod(path, (found.mode & 0o7000) | folderMode);
}
