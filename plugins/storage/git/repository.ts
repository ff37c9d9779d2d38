import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isAbsence } from "../leftovers";
import { runGit } from "./git-process";
import { layOut, type ObjectFormat } from "./layout";
import type { ProcessLimits } from "./process-limits";

const localCommandMs = 600_000;

/**
 * Runs a git command that needs no network, and may need long.
 *
 * @param gitDir bare repository; must exist
 * @param args command first. Nothing in them may come from outside unchecked.
 * @throws SnapshotError when it fails; the signal's reason when that was aborted
 */
export async function runLocalGit(
  gitDir: string,
  args: [command: string, ...rest: string[]],
  limits: ProcessLimits,
  signal?: AbortSignal,
): Promise<void> {
  await runGit({ gitDir, args, timeoutMs: localCommandMs, signal, limits }, async (output) => {
    for await (const _ of output); // nobody wants to know
  });
}

/**
 * Makes the bare repository, or mends the one that is there. Of several processes that make it, one wins and all go on with its
 * repository.
 */
export async function ensureRepository(gitDir: string, format: ObjectFormat): Promise<void> {
  if (await isFolder(gitDir)) return await layOut(gitDir, format);
  await mkdir(dirname(gitDir), { recursive: true });
  const draft = `${gitDir}.${crypto.randomUUID()}.tmp`;
  try {
    await mkdir(draft);
    await layOut(draft, format);
    await rename(draft, gitDir);
  } catch (error) {
    if (!(await isFolder(gitDir))) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Whether a cached repository is there; its HEAD is in place before its folder gets its name. */
export function hasRepository(gitDir: string): Promise<boolean> {
  return Bun.file(join(gitDir, "HEAD")).exists();
}

async function isFolder(path: string): Promise<boolean> {
  return await readdir(path).then(
    () => true,
    (error: unknown) => (isAbsence(error) ? false : Promise.reject(error)),
  );
}

/** Deletes the cached repository. It gets another name first, so that nobody finds half of one. */
export async function discardRepository(gitDir: string): Promise<void> {
  const aside = asideOf(gitDir);
  await moveAside(gitDir, aside);
  await rm(aside, { recursive: true, force: true });
}

/** @returns a name for a folder that is about to be deleted, which nobody looks at */
export const asideOf = (folder: string): string => `${folder}.${crypto.randomUUID()}.discarded`;

/** Renames a folder, if it is there. */
export async function moveAside(folder: string, aside: string): Promise<void> {
  await rename(folder, aside).catch((error: unknown) => (isAbsence(error) ? undefined : Promise.reject(error)));
}
