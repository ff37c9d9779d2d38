import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { createLocalStore } from "../../../plugins/storage/local-store";
import { createSnapshots, type SnapshotLimits, type Snapshots } from "../../../plugins/storage/snapshots";
import { storageAccess } from "../../../plugins/storage/storage-access";
import { type GitServer, startGitServer } from "./git-server";
import { createSource, type SourceRepository } from "./source-repository";

/** One repository, `widgets` with id 7, on a git server, and empty storage. */
export interface StorageWorld extends AsyncDisposable {
  readonly root: string;
  readonly basePath: string;
  readonly cachePath: string;
  readonly source: SourceRepository;
  readonly server: GitServer;
  readonly snapshots: Snapshots;
  /** All that was logged. */
  readonly logged: string[];
  /** What `store` is told for a commit of the repository. */
  commit(sha: string): { repositoryId: number; name: string; remoteUrl: string; token: string; sha: string };
}

export const token = "ghs_very-secret-installation-token";

export async function createWorld(limits: Partial<SnapshotLimits> = {}, objectFormat = "sha1"): Promise<StorageWorld> {
  const root = await mkdtemp(join(tmpdir(), "cocov-storage-"));
  const [basePath, cachePath] = [join(root, "git_storage"), join(root, "git_cache")];
  const source = await createSource(join(root, "served", "widgets"), objectFormat);
  const server = startGitServer(join(root, "served"), token);
  await mkdir(join(root, "unpacked"));
  const logged: string[] = [];
  const log = pino({ level: "debug" }, { write: (line: string) => void logged.push(line) });
  return {
    root,
    basePath,
    cachePath,
    source,
    server,
    logged,
    snapshots: createSnapshots({ store: createLocalStore(basePath, storageAccess("0644")), cachePath, log, limits }),
    commit: (sha) => ({ repositoryId: 7, name: "widgets", remoteUrl: server.remote("widgets/.git"), token, sha }),
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}
