/**
 * Why a snapshot couldn't be made.
 * - `denied`: the server refused the token
 * - `not_found`: the server doesn't know the repository, or has it elsewhere
 * - `no_such_commit`: the repository doesn't have the commit
 * - `unavailable`: the server can't be reached, broke off, or answered with an error of its own
 * - `timeout`: it took longer than allowed
 * - `disk_full`: no room for the fetched objects or the archive
 * - `locked`: something else is writing to the cached repository
 * - `too_large`: the commit is beyond a limit, which the message names; another attempt would find the same
 * - `killed`: git crashed, or somebody else ended it: a system out of memory, say
 * - `failed`: anything else; the message says what git said
 */
export type SnapshotFailure =
  | "denied"
  | "not_found"
  | "no_such_commit"
  | "unavailable"
  | "timeout"
  | "disk_full"
  | "locked"
  | "too_large"
  | "killed"
  | "failed";

/** A snapshot couldn't be made. The message is fit for logs: no token, one line, at most 600 characters. */
export class SnapshotError extends Error {
  override readonly name = "SnapshotError";

  constructor(
    readonly reason: SnapshotFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Turns a file system's "no room" into a {@link SnapshotError}; any other error is returned as it came. */
export function explainFileError(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code !== "ENOSPC" && code !== "EDQUOT" && code !== "EFBIG") return error;
  return new SnapshotError("disk_full", "No room left for the snapshot", { cause: error });
}
