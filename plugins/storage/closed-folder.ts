import { chmod, mkdir, stat } from "node:fs/promises";

/** Makes a folder that no other account can look into, or closes the one that is there. Another account's stays as it is. */
export async function makeClosedFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const { uid, mode } = await stat(path);
  if (uid === process.geteuid?.() && (mode & 0o777) !== 0o700) await chmod(path, 0o700);
}
