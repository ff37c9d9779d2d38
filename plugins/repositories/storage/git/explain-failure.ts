import { SnapshotError, type SnapshotFailure } from "../snapshot-error";

/**
 * What git's error text means, most telling first. git has no exit codes for these; the texts are those of its C locale and
 * of libcurl.
 */
const meanings: readonly (readonly [SnapshotFailure, RegExp])[] = [
  // Signal 25 is SIGXFSZ: a limit on file sizes.
  ["disk_full", /no space left on device|file too large|disk quota exceeded|file size limit exceeded|died of signal 25\b/i],
  ["locked", /\.lock': File exists|shallow file has changed/],
  ["no_such_commit", /not our ref|couldn't find remote ref|no such remote ref|did not send all necessary objects/i],
  ["denied", /authentication failed|could not read (?:username|password)|returned error: 40[13]\b/i],
  ["not_found", /repository '[^']*' not found|returned error: (?:30\d|404)\b/i],
  ["timeout", /operation too slow|operation timed out|connection timed out/i],
  [
    "unavailable",
    /returned error: (?:429|5\d\d)\b|could not resolve host|failed to connect|couldn't connect|connection (?:refused|reset)|early eof|hung up|unexpected disconnect|rpc failed|empty reply|ssl|tls/i,
  ],
];

/**
 * Makes the error of a git process that failed.
 *
 * @param command the git command, e.g. `fetch`
 * @param errorText what git wrote to its error stream
 * @param secrets texts that must not appear in the message
 */
export function explainFailure(command: string, errorText: string, secrets: readonly string[]): SnapshotError {
  const reason = meanings.find(([, pattern]) => pattern.test(errorText))?.[0] ?? "failed";
  return new SnapshotError(reason, `git ${command} failed: ${scrub(errorText, secrets) || "it gave no reason"}`);
}

/** One line of at most 500 characters, without the secrets, credentials in URLs, and control characters. */
function scrub(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) if (secret !== "") clean = clean.replaceAll(secret, "[hidden]");
  return clean
    .replace(/:\/\/[^\s/@]*@/g, "://[hidden]@")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, 500);
}
