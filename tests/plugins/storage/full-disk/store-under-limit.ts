/** Stores a commit and prints how that went. Run with a limit on file sizes, which stands for a full disk. */
import pino from "pino";
import { createLocalStore } from "../../../../plugins/storage/local-store";
import { SnapshotError } from "../../../../plugins/storage/snapshot-error";
import { createSnapshots } from "../../../../plugins/storage/snapshots";
import { storageAccess } from "../../../../plugins/storage/storage-access";

const [basePath = "", cachePath = "", remoteUrl = "", token = "", sha = ""] = process.argv.slice(2);
try {
  await createSnapshots({
    store: createLocalStore(basePath, storageAccess("0644")),
    cachePath,
    log: pino({ level: "silent" }),
  }).store({
    repositoryId: 7,
    name: "widgets",
    remoteUrl,
    token,
    sha,
  });
  console.log("stored");
} catch (error) {
  console.log(error instanceof SnapshotError ? error.reason : String(error));
}
