import { z } from "zod";
import type { BackupParts } from "./backup";
import { DamagedContent, type KeptOutside } from "./kept-outside";
import { type BackupEntry, readBackupFile } from "./read-file";
import type { RestoreWish } from "./restore-backup";

/** What became of what a plugin keeps outside the database. */
export interface OutsideRestored {
  readonly name: string;
  /** Items that are there. */
  readonly restored: number;
  /** Those that the backup only names and that aren't there, or weren't when it was made. */
  readonly missing: number;
  /** Those whose bytes aren't what they were. */
  readonly damaged: number;
}

const listedLine = z.object({ key: z.string(), size: z.int(), sha256: z.string() });

/** Puts back what the backup has, and looks whether what it only names is there. What can't be put back is counted, and told of. */
export async function restoreOutside({ outside }: BackupParts, wish: RestoreWish): Promise<OutsideRestored[]> {
  const { path, bytes, bar, signal, checked } = wish;
  const all = new Map(outside().map((kept) => [kept.name, kept]));
  const counts = new Map(
    checked.head.outside.map(({ name }) => [name, { restored: 0, missing: checked.end.outside[name]?.gone ?? 0, damaged: 0 }]),
  );
  for await (const entry of readBackupFile(path, (read) => bar.show("archives", read, bytes))) {
    signal.throwIfAborted();
    const [folder = "", name = ""] = entry.name.split("/");
    const [kept, count] = [all.get(name), counts.get(name)];
    if (!kept || !count || (folder !== "outside" && folder !== "listed")) continue;
    if (folder === "listed") {
      for (const line of (await entry.text()).split("\n").filter(Boolean)) {
        const { key } = listedLine.parse(JSON.parse(line));
        if (await kept.find(key)) count.restored++;
        else count.missing++;
      }
    } else if (await putBack(kept, entry)) count.restored++;
    else count.damaged++;
  }
  return [...counts].map(([name, count]) => ({ name, ...count }));
}

async function putBack(kept: KeptOutside, entry: BackupEntry): Promise<boolean> {
  const key = entry.name.split("/").slice(2).join("/");
  try {
    await kept.put(key, { size: entry.size, sha256: entry.sha256 ?? "", open: () => entry.body });
    return true;
  } catch (error) {
    if (!(error instanceof DamagedContent)) throw error;
    return false;
  }
}
