import { stat } from "node:fs/promises";
import { StartupError } from "../../startup-error";

/** The user a server runs as, when that isn't the one we run as. */
export type Account = { name: string; uid: number; gid: number };

/** Users to run as, most fitting first. The last exists everywhere. */
const candidates = ["cocov", "postgres", "_postgres", "bun", "nobody"];

/**
 * PostgreSQL refuses to run as root, so root's server runs as someone else: as whom the database belongs to already, else
 * as the first of a few users that exist.
 * @param home the server's folder, which may not exist yet
 * @returns undefined when the server can run as we do
 * @throws {StartupError} if there is no such user, or the database belongs to someone we can't become
 */
export async function chooseAccount(home: string): Promise<Account | undefined> {
  const own = process.getuid?.() ?? 0;
  const owner = await ownerOf(home);
  if (own !== 0) {
    if (owner === undefined || owner.uid === own) return undefined;
    throw new StartupError([
      `The database in ${home} belongs to user ${owner.uid}, but this process runs as user ${own}. Start it as that user or as root, or set COCOV_DATA_DIR to another folder.`,
    ]);
  }
  const users = parsePasswd(await Bun.file("/etc/passwd").text());
  if (owner !== undefined && owner.uid !== 0) {
    return users.find(({ uid }) => uid === owner.uid) ?? { name: String(owner.uid), ...owner };
  }
  for (const candidate of candidates) {
    const found = users.find(({ name, uid }) => name === candidate && uid !== 0);
    if (found !== undefined) return found;
  }
  throw new StartupError([
    `The embedded database can't run as root and none of these users exists: ${candidates.join(", ")}. Create one, start Cocov as another user, or set COCOV_DATABASE_URL.`,
  ]);
}

/** @param text as in passwd(5) */
export function parsePasswd(text: string): Account[] {
  return text.split("\n").flatMap((line) => {
    const [name = "", , uid = "", gid = ""] = line.split(":");
    return /^\d+$/.test(uid) && /^\d+$/.test(gid) ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

async function ownerOf(path: string): Promise<{ uid: number; gid: number } | undefined> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return found && { uid: found.uid, gid: found.gid };
}
