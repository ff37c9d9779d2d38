import { type DoctorCheck, diskFinding } from "../../core";
import type { Snapshots } from "./snapshots";

/**
 * Whether archives can be stored: the folder can be written to and has room, or the bucket answers.
 * @param folder undefined for a bucket
 */
export function storageCheck({
  snapshots,
  folder,
}: {
  snapshots: Pick<Snapshots, "prepare">;
  folder: string | undefined;
}): DoctorCheck {
  return {
    name: "storage",
    needsDatabase: false,
    async look() {
      try {
        await snapshots.prepare();
      } catch (error) {
        return {
          state: "failing",
          summary: `Archives of commits can't be stored in ${folder ?? "the bucket"}: ${error instanceof Error ? error.message : String(error)}.`,
          remedy: folder
            ? "Let the account that the platform runs as write there, or name another folder with COCOV_GIT_SERVICE_LOCAL_STORAGE_PATH."
            : "Look at the bucket's name, endpoint, region and keys (COCOV_GIT_SERVICE_S3_STORAGE_BUCKET_NAME, AWS_…), and what the keys may do.",
        };
      }
      if (folder === undefined) return { state: "ok", summary: "The bucket answers." };
      return await diskFinding("the storage", folder, "COCOV_GIT_SERVICE_LOCAL_STORAGE_PATH");
    },
  };
}
