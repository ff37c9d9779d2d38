import { realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Account } from "./account";

/**
 * @param target an existing folder or program
 * @returns whether `account` may enter or run it and enter every folder above it, going by the permission bits
 */
export async function canUse(account: Account, target: string): Promise<boolean> {
  for (let path = await realpath(target); ; path = dirname(path)) {
    const { uid, gid, mode } = await stat(path);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (path === dirname(path)) return true;
  }
}
