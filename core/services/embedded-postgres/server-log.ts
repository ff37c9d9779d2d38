import { constants } from "node:fs";
import { type FileHandle, open, rename, stat } from "node:fs/promises";

/** Size from which the log is put aside at start; the one put aside before is dropped. */
const longestBytes = 10 * 1024 * 1024;

/** Opens the file that the server's messages go to, for appending. It is ours, in a folder of ours: the server gets the descriptor only. */
export async function openServerLog(path: string): Promise<FileHandle> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > longestBytes) await rename(path, `${path}.1`);
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
  return await open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
}

/** @returns the last lines of the log, for an error message */
export async function lastLines(path: string, count: number): Promise<string> {
  const file = Bun.file(path);
  const tail = await file.slice(Math.max(0, file.size - 8192)).text();
  return tail.trimEnd().split("\n").slice(-count).join("\n");
}
