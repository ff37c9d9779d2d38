import { randomBytes } from "node:crypto";
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Reads the key kept with an embedded database, or makes one (mode 0600) the first time.
 * @param path `<data dir>/cryptographic.key`
 * @throws when the file holds anything but 32 hexadecimal characters
 */
export function readOrCreateKeyFile(path: string): { key: string; created: boolean } {
  mkdirSync(dirname(path), { recursive: true });
  const fresh = randomBytes(16).toString("hex");
  try {
    const file = openSync(path, "wx", 0o600);
    writeSync(file, fresh);
    closeSync(file);
    return { key: fresh, created: true };
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const key = readFileSync(path, "utf8").trim();
  if (!/^[0-9a-fA-F]{32}$/.test(key)) {
    throw new Error(
      `${path} should hold the cryptographic key, 32 hexadecimal characters. Restore it from a backup: what it encrypted can't be read without it.`,
    );
  }
  return { key, created: false };
}
