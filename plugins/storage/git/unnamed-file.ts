import { existsSync } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where a child process finds the file it is given. It is opened anew there each time, which only Linux does. */
export const inheritedFile = "/proc/self/fd/3";

/** In memory where there is such a folder, so that no disk ever has it. */
const folders = ["/dev/shm", tmpdir()];

/**
 * A file for a child process to inherit that nobody else can open: it has no name any more. For what mustn't be in arguments, which every
 * account of the machine sees, nor in the environment, which lists of processes show.
 * @returns an open file, to be closed by the caller; null where a child couldn't read it
 */
export async function openUnnamedFile(text: string): Promise<FileHandle | null> {
  if (process.platform !== "linux" || !existsSync("/proc/self/fd")) return null;
  let refusal: unknown;
  for (const folder of folders) {
    const path = join(folder, `cocov-${crypto.randomUUID()}`);
    try {
      const file = await open(path, "wx+", 0o600);
      await rm(path);
      try {
        await file.writeFile(text);
        return file;
      } catch (error) {
        await file.close();
        throw error;
      }
    } catch (error) {
      refusal = error;
    }
  }
  throw refusal;
}
