import { randomBytes } from "node:crypto";
import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

/**
 * Reads the key kept with an embedded database, or makes one the first time. Only its owner may read it (mode 0600); one that others
 * may read is closed to them.
 * @param path `<data dir>/cryptographic.key`; the folder exists
 * @throws when the file holds anything but 32 hexadecimal characters
 */
export function readOrCreateKeyFile(path: string): { key: string; created: boolean } {
  const present = readKey(path);
  if (present !== undefined) return { key: present, created: false };
  const created = createKey(path);
  return { key: readKey(path) ?? missing(path), created };
}

function readKey(path: string): string | undefined {
  const file = openIfPresent(path);
  if (file === undefined) return undefined;
  try {
    const { uid, mode } = fstatSync(file);
    if ((mode & 0o077) !== 0 && uid === process.getuid?.()) fchmodSync(file, 0o600);
    const key = readFileSync(file, "utf8").trim();
    if (/^[0-9a-fA-F]{32}$/.test(key)) return key;
  } finally {
    closeSync(file);
  }
  throw new Error(
    `${path} should hold the cryptographic key, 32 hexadecimal characters. Restore it from a backup: what it encrypted can't be read without it.`,
  );
}

/** Writes the key beside its place first, so that no crash leaves half of one there. @returns false if another process was faster */
function createKey(path: string): boolean {
  const draft = `${path}.${process.pid}`;
  unlinkIfPresent(draft);
  const file = openSync(draft, "wx", 0o600);
  try {
    writeSync(file, randomBytes(16).toString("hex"));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(draft, path);
    syncFolder(dirname(path));
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    if (!withoutLinks.has(codeOf(error))) throw error;
    renameSync(draft, path);
    return true;
  } finally {
    unlinkIfPresent(draft);
  }
}

/** What file systems say that have no hard links. On those, of two processes that make the key at the same moment one fails later. */
const withoutLinks = new Set<unknown>(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function openIfPresent(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function unlinkIfPresent(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined);

function missing(path: string): never {
  throw new Error(`${path} disappeared just after it was made.`);
}
