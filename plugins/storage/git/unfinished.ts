import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { isAbsence } from "../leftovers";
import { refPrefix } from "./layout";

/** @returns bytes of the packs that are being written to the repository */
export async function unfinishedBytes(gitDir: string): Promise<number> {
  let bytes = 0;
  for (const path of await unfinishedObjects(gitDir)) bytes += (await statIfThere(path))?.size ?? 0;
  return bytes;
}

/** Deletes what a fetch that failed or was killed had written so far; git leaves that to a later clean-up. */
export async function removeUnfinishedObjects(gitDir: string): Promise<void> {
  for (const path of await unfinishedObjects(gitDir)) await rm(path, { force: true });
}

async function unfinishedObjects(gitDir: string): Promise<string[]> {
  return await entries(join(gitDir, "objects", "pack"), /^tmp_/);
}

/** @returns milliseconds since the oldest lock on the repository was taken; 0 when there is none */
export async function lockAge(gitDir: string): Promise<number> {
  const ages = (await locks(gitDir)).map(async (path) => {
    const lock = await statIfThere(path);
    return lock ? Date.now() - lock.mtimeMs : 0;
  });
  return Math.max(0, ...(await Promise.all(ages)));
}

/** Removes locks of processes that were killed: those older than `ageMs`. */
export async function removeOldLocks(gitDir: string, ageMs: number): Promise<void> {
  for (const path of await locks(gitDir)) {
    const lock = await statIfThere(path);
    if (lock && Date.now() - lock.mtimeMs > ageMs) await rm(path, { force: true });
  }
}

async function locks(gitDir: string): Promise<string[]> {
  const folders = [gitDir, join(gitDir, refPrefix), join(gitDir, "objects", "info")];
  return (await Promise.all(folders.map((folder) => entries(folder, /\.lock$/)))).flat();
}

async function entries(folder: string, pattern: RegExp): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => (isAbsence(error) ? [] : Promise.reject(error)));
  return names.filter((name) => pattern.test(name)).map((name) => join(folder, name));
}

async function statIfThere(path: string) {
  return await stat(path).catch((error: unknown) => (isAbsence(error) ? null : Promise.reject(error)));
}
