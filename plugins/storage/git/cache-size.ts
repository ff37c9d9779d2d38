import { readdir, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isAbsence } from "../leftovers";

/** What is cached of one repository. */
export interface CachedRepository {
  readonly repositoryId: number;
  /** On disk. */
  readonly bytes: number;
  readonly usedAt: Date;
}

/** Notes that a cached repository is used now. Nothing happens where there is none. */
export async function noteUse(gitDir: string): Promise<void> {
  const now = new Date();
  await utimes(dirname(gitDir), now, now).catch(ignoreAbsence);
}

/** @returns all that is cached, those first that weren't used for longest; what goes away meanwhile is left out */
export async function listCached(path: string): Promise<CachedRepository[]> {
  const cached: CachedRepository[] = [];
  const names = (await readdir(path).catch(ignoreAbsence)) ?? [];
  for (const name of names.filter((name) => /^\d+$/.test(name))) {
    const folder = await stat(join(path, name)).catch(ignoreAbsence);
    if (!folder) continue;
    cached.push({ repositoryId: Number(name), bytes: await bytesBelow(join(path, name)), usedAt: folder.mtime });
  }
  return cached.sort((a, b) => a.usedAt.getTime() - b.usedAt.getTime());
}

async function bytesBelow(folder: string): Promise<number> {
  const entries = (await readdir(folder, { withFileTypes: true }).catch(ignoreAbsence)) ?? [];
  let bytes = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await bytesBelow(path);
    else if (entry.isFile()) bytes += (await stat(path).catch(ignoreAbsence))?.size ?? 0;
  }
  return bytes;
}

function ignoreAbsence(error: unknown): undefined {
  if (!isAbsence(error)) throw error;
}
