import { SnapshotError } from "./snapshot-error";

/** How large a commit may be. */
export interface CommitLimits {
  /** Files, links and submodules; and as many folders. */
  readonly maxFiles: number;
  /** Bytes of all its files, unpacked. A file under ten names counts ten times. */
  readonly maxBytes: number;
}

/** What a commit is when it is unpacked. */
export interface CommitSize {
  readonly files: number;
  readonly folders: number;
  readonly bytes: number;
  /** Of all paths together. */
  readonly pathBytes: number;
}

/** Of one path, in bytes: what systems take at most. */
const maxPathBytes = 4_096;

export function tooManyFiles({ maxFiles }: CommitLimits, what: "files" | "folders"): SnapshotError {
  return new SnapshotError("too_large", `The commit has more than ${maxFiles} ${what} (COCOV_COMMIT_MAX_FILES)`);
}

export function tooManyBytes({ maxBytes }: CommitLimits, what = "The commit's files take"): SnapshotError {
  return new SnapshotError("too_large", `${what} more than ${maxBytes} bytes (COCOV_COMMIT_MAX_SIZE)`);
}

export function tooLongPath(): SnapshotError {
  return new SnapshotError("too_large", `The commit has a path of more than ${maxPathBytes} bytes`);
}

/** @throws SnapshotError `too_large`, naming the limit */
export function assertWithin(
  limits: CommitLimits,
  { files, folders, bytes, longestPath }: Omit<CommitSize, "pathBytes"> & { longestPath: number },
): void {
  if (files > limits.maxFiles) throw tooManyFiles(limits, "files");
  if (folders > limits.maxFiles) throw tooManyFiles(limits, "folders");
  if (bytes > limits.maxBytes) throw tooManyBytes(limits);
  if (longestPath > maxPathBytes) throw tooLongPath();
}

/** Bytes that a tar of the commit may have: its files, and for each entry headers, padding and a long name. */
export function tarAllowance({ maxBytes }: CommitLimits, { files, folders, pathBytes }: CommitSize): number {
  return maxBytes + (files + folders + 2) * 4_096 + pathBytes;
}

/** Bytes that a pack with the commit may have: its objects, and those of earlier commits that they are told apart from. */
export function packAllowance({ maxFiles, maxBytes }: CommitLimits): number {
  return 2 * maxBytes + 1_024 * maxFiles;
}
