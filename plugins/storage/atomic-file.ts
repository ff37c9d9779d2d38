import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Writes and syncs under another name, then renames, then syncs the folder: after a crash or a loss of power the file is whole, as it
 * was, or absent.
 *
 * @param mode whatever the process' umask says
 */
export async function writeAtomically(path: string, text: string, mode: number): Promise<void> {
  const draft = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    const file = await open(draft, "wx", mode);
    try {
      await file.chmod(mode);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  const folder = await open(dirname(path), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
