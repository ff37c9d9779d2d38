import { realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Account } from "./account";

/**
 * @param folder an existing folder
 * @returns whether `account` may enter it and every folder above it, going by the permission bits
 */
export async function canEnter(account: Account, folder: string): Promise<boolean> {
  for (let path = await realpath(folder); ; path = dirname(path)) {
    const { uid, gid, mode } = await stat(path);
    const enter = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & enter) === 0) return false;
    if (path === dirname(path)) return true;
  }
}
