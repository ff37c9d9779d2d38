import { repositoryFolder } from "./names";
import type { Readying } from "./refetch";
import type { Snapshots } from "./snapshots";

/** Where a commit's files are, as Workers that share the storage are told. */
export interface WorkersPath {
  readonly mode: "local" | "s3";
  /** Without the ending of the archive's name. */
  readonly path: string;
}

/** The files of commits: stored, read, packed for Workers, and brought back when they are gone. */
export interface CommitStorage extends Snapshots, Readying {
  readonly mode: WorkersPath["mode"];
  /** @param name of the commit's repository */
  forWorkers(name: string, sha: string): WorkersPath;
}

interface Parts {
  snapshots: Snapshots;
  readying: Readying;
  mode: WorkersPath["mode"];
  /** What Workers' paths begin with; empty in a bucket. */
  base: string;
}

/** Makes what other plugins get of this one. */
export function createCommitStorage({ snapshots, readying, mode, base }: Parts): CommitStorage {
  return {
    ...snapshots,
    ...readying,
    mode,
    forWorkers: (name, sha) => ({ mode, path: `${base && `${base}/`}${repositoryFolder(name)}/${sha}` }),
  };
}
