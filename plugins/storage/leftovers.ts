import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

const dayMs = 86_400_000;

/**
 * Deletes drafts that a killed process left in a folder: files and folders that end in `.tmp` or `.discarded` and are older than
 * a day, longer than any is in use.
 */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!/\.(?:tmp|discarded)$/.test(name)) continue;
    const path = join(folder, name);
    const draft = await stat(path).catch((error: unknown) => (isAbsence(error) ? null : Promise.reject(error)));
    if (draft !== null && Date.now() - draft.mtimeMs > dayMs) await rm(path, { recursive: true, force: true });
  }
}

/** Whether a file system call failed because there is nothing at the path. */
export function isAbsence(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
