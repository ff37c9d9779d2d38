import { constants } from "node:fs";
import {
  access as checkAccess,
  chmod,
  lstat,
  readdir,
  readlink,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
  unlink,
} from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "./atomic-file";
import { isAbsence, removeLeftovers } from "./leftovers";
import {
  assertCommitSha,
  assertRepositoryName,
  commitOf,
  isRepositoryFolder,
  isRepositoryName,
  repositoryFolder,
  wholeAndAny,
} from "./names";
import { explainFileError } from "./snapshot-error";
import type { HeldCommits, SnapshotStore, StoredArchive } from "./snapshot-store";
import { makeStorageFolder, type StorageAccess } from "./storage-access";

/**
 * Keeps archives in a folder that the Workers share:
 * `<base>/<SHA-1 of the repository's name>/<commit>.tar.zst`, with `.shasum` holding `sha256:` and the archive's checksum.
 *
 * A renamed repository leaves a symbolic link under its old name, for the jobs that are queued with it.
 *
 * @param basePath absolute; made when missing
 */
export function createLocalStore(basePath: string, access: StorageAccess): SnapshotStore {
  const folderOf = (name: string) => join(basePath, repositoryFolder(name));
  const archiveOf = (name: string, sha: string) => {
    assertCommitSha(sha);
    return join(folderOf(name), `${sha}.tar.zst`);
  };

  /** A link left by a rename gives way: the name belongs to another repository now. */
  async function makeOwnFolder(name: string): Promise<void> {
    const folder = folderOf(name);
    if (await isLink(folder)) await rm(folder, { force: true });
    await makeStorageFolder(basePath, access);
    await makeStorageFolder(folder, access);
  }

  async function put(name: string, sha: string, write: (path: string) => Promise<{ sha256: string; size: number }>) {
    assertRepositoryName(name);
    const location = archiveOf(name, sha);
    await makeOwnFolder(name);
    await removeLeftovers(folderOf(name));
    const draft = `${location}.${crypto.randomUUID()}.tmp`;
    try {
      const archive = await write(draft);
      const published = await find(name, sha);
      if (published) {
        await rm(draft);
        return published;
      }
      await chmod(draft, access.fileMode);
      await rename(draft, location);
      const checksum = `sha256:${archive.sha256}`;
      await writeAtomically(`${location}.shasum`, checksum, access.fileMode);
      return { ...archive, location, storedBytes: archive.size + checksum.length };
    } catch (error) {
      await rm(draft, { force: true });
      if (!(await find(name, sha))) await rm(location, { force: true });
      throw explainFileError(error);
    }
  }

  async function find(name: string, sha: string): Promise<StoredArchive | null> {
    const location = archiveOf(name, sha);
    if (!isRepositoryName(name)) return null;
    try {
      const checksum = await Bun.file(`${location}.shasum`).text();
      const sha256 = /^sha256:([0-9a-f]{64})\n?$/.exec(checksum)?.[1];
      const archive = await stat(location);
      if (sha256 === undefined || !archive.isFile()) return null;
      return { location, sha256, size: archive.size, storedBytes: archive.size + checksum.length };
    } catch (error) {
      if (isAbsence(error)) return null;
      throw error;
    }
  }

  async function remove(name: string, sha: string): Promise<void> {
    const archive = archiveOf(name, sha);
    const unpacked = join(folderOf(name), sha);
    for (const path of [`${archive}.shasum`, archive, `${unpacked}.tar`, unpacked]) {
      await rm(path, { recursive: true, force: true });
    }
  }

  async function removeRepository(name: string, held: HeldCommits): Promise<void> {
    const folder = folderOf(name);
    if (!(await isFolder(folder))) return; // nothing, or a link to what another repository keeps under its new name
    const present = await readdir(folder);
    const kept = await held([...new Set(present.flatMap((entry) => commitOf(entry) ?? []))]);
    for (const entry of present) {
      const sha = commitOf(entry);
      const isOthers = kept !== null && (sha === null || kept.has(sha));
      if (!isOthers) await rm(join(folder, entry), { recursive: true, force: true });
    }
    if (kept !== null || !(await removeEmpty(folder))) return;
    await removeLinksTo(basePath, repositoryFolder(name));
  }

  async function renameRepository(oldName: string, newName: string): Promise<void> {
    const [from, to] = [folderOf(oldName), folderOf(newName)];
    if (from === to || !isRepositoryName(oldName) || !isRepositoryName(newName)) return;
    if (await isFolder(from)) await moveFolder(from, to);
    else if ((await entryAt(from)) || !(await isFolder(to))) return;
    await symlink(repositoryFolder(newName), from);
  }

  return {
    async prepare() {
      await makeStorageFolder(basePath, access);
      await checkAccess(basePath, constants.W_OK);
    },
    put,
    find,
    open(stored, range) {
      const file = Bun.file(stored.location);
      return range ? file.slice(range[0], range[1] + 1) : file;
    },
    read: (stored) => Bun.file(stored.location).stream(),
    commits: async (name) => wholeAndAny((await isFolder(folderOf(name))) ? await readdir(folderOf(name)) : []),
    async folders() {
      const entries = await readdir(basePath, { withFileTypes: true }).catch((error: unknown) =>
        isAbsence(error) ? [] : Promise.reject(error),
      );
      return entries.filter((entry) => entry.isDirectory() && isRepositoryFolder(entry.name)).map(({ name }) => name);
    },
    async removeFolder(folder) {
      const path = join(basePath, folder);
      if (!isRepositoryFolder(folder) || !(await isFolder(path))) return;
      for (const entry of await readdir(path)) {
        if (commitOf(entry) !== null) await rm(join(path, entry), { recursive: true, force: true });
      }
      if (await removeEmpty(path)) await removeLinksTo(basePath, folder);
    },
    remove,
    removeRepository,
    rename: renameRepository,
  };
}

/** Moves a folder, or its files where the target exists: a rename that was broken off, or a repository that is gone. */
async function moveFolder(from: string, to: string): Promise<void> {
  if (await isLink(to)) await unlink(to);
  if (!(await isFolder(to))) return rename(from, to);
  for (const name of await readdir(from)) {
    await rm(join(to, name), { recursive: true, force: true });
    await rename(join(from, name), join(to, name));
  }
  await rm(from, { recursive: true });
}

/** @returns false when there is something in the folder */
async function removeEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    if (isAbsence(error)) return true;
    if (error instanceof Error && "code" in error && (error.code === "ENOTEMPTY" || error.code === "EEXIST")) return false;
    throw error;
  }
}

async function removeLinksTo(basePath: string, target: string): Promise<void> {
  const entries = await readdir(basePath, { withFileTypes: true }).catch((error: unknown) =>
    isAbsence(error) ? [] : Promise.reject(error),
  );
  for (const entry of entries) {
    const path = join(basePath, entry.name);
    if (entry.isSymbolicLink() && (await readlink(path)) === target) await unlink(path);
  }
}

async function isLink(path: string): Promise<boolean> {
  return (await entryAt(path))?.isSymbolicLink() ?? false;
}

async function isFolder(path: string): Promise<boolean> {
  return (await entryAt(path))?.isDirectory() ?? false;
}

async function entryAt(path: string) {
  return lstat(path).catch((error: unknown) => (isAbsence(error) ? null : Promise.reject(error)));
}
