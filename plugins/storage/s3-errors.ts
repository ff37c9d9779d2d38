import { SnapshotError } from "./snapshot-error";

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;

/** Whether a bucket says that it has no such object. */
export const isMissingKey = (error: unknown): boolean => codeOf(error) === "NoSuchKey";

/**
 * Names what a bucket said by its code alone: what else it says may hold keys and addresses.
 * @returns a {@link SnapshotError} for what the bucket or the way to it is to blame for; any other error as it came
 */
export function explainBucketError(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== "S3Error") return error;
  const code = codeOf(error) ?? "no code";
  return new SnapshotError("unavailable", `The bucket for commits' files can't be used (${code.slice(0, 100)})`);
}
