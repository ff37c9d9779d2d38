/**
 * Stores a commit on a disk with ever more room, until it succeeds, and prints how each attempt ended. Arguments: what to store, as JSON;
 * the folder that is the disk.
 */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { S3Client } from "bun";
import pino from "pino";
import { z } from "zod";
import { createLocalStore } from "../../../../plugins/storage/local-store";
import { createS3Store } from "../../../../plugins/storage/s3-store";
import { SnapshotError } from "../../../../plugins/storage/snapshot-error";
import { createSnapshots } from "../../../../plugins/storage/snapshots";
import { storageAccess } from "../../../../plugins/storage/storage-access";
import { createFiller } from "./filler";

export const task = z.object({
  commit: z.object({ repositoryId: z.int(), name: z.string(), remoteUrl: z.string(), token: z.string(), sha: z.string() }),
  /** Of a bucket; archives are kept in a folder unless given. */
  endpoint: z.string().optional(),
  /** A folder on another disk for the git cache; it is on the small one unless given. */
  cachePath: z.string().optional(),
  step: z.int(),
});

/** How an attempt ended, and what was left of it. */
export interface Attempt {
  readonly free: number;
  readonly outcome: string;
  readonly message: string;
  /** Files of the storage, drafts, and what git began to write. */
  readonly left: string[];
}

if (import.meta.main) {
  const [json = "", disk = ""] = process.argv.slice(2);
  const { commit, endpoint, cachePath = join(disk, "cache"), step } = task.parse(JSON.parse(json));
  const storagePath = join(disk, "storage");
  const store = endpoint
    ? createS3Store(
        new S3Client({ endpoint, bucket: "commits", accessKeyId: "S3RVER", secretAccessKey: "S3RVER" }),
        storagePath,
      )
    : createLocalStore(storagePath, storageAccess("0600"));
  const snapshots = createSnapshots({ store, cachePath, log: pino({ level: "silent" }) });
  const filler = createFiller(disk);
  const filesIn = async (folder: string) =>
    existsSync(folder) ? (await readdir(folder, { recursive: true })).filter((name) => name.includes(".")) : [];

  for (let free = 0; ; free += step) {
    await filler.leave(free);
    const { outcome, message } = await snapshots.store(commit).then(
      () => ({ outcome: "stored", message: "" }),
      (error: unknown) =>
        error instanceof SnapshotError
          ? { outcome: error.reason, message: error.message }
          : { outcome: "another", message: Bun.inspect(error) },
    );
    const left = [...(await filesIn(storagePath)), ...(await filesIn(cachePath)).filter((name) => /tmp_|\.tmp$/.test(name))];
    console.log(JSON.stringify({ free, outcome, message, left } satisfies Attempt));
    if (outcome === "stored" || outcome === "another") break;
  }
}
