import { SnapshotError, type SnapshotFailure } from "../snapshot-error";
import type { ProcessLimits } from "./process-limits";

/** What failed, as far as it helps to tell why. */
export interface FailedGit {
  /** The git command, e.g. `fetch`. */
  readonly command: string;
  readonly gitDir: string;
  /** Texts that must not appear in the message. */
  readonly secrets?: readonly string[];
  readonly limits?: ProcessLimits;
}

type Meaning = readonly [SnapshotFailure, RegExp];

/**
 * What git's error text means, most telling first. git has no exit codes for these; the texts are those of its C locale and
 * of libcurl. Names of files, refs and servers have been taken out, for they may say anything.
 */
const onThisMachine: readonly Meaning[] = [
  // Signal 25 is SIGXFSZ: a limit on file sizes.
  [
    "disk_full",
    /no space left on device|file too large|disk quota exceeded|out of diskspace|file size limit exceeded|died of signal 25\b/i,
  ],
  ["locked", /unable to create '': file exists|shallow file has changed/i],
];

const fromTheServer: readonly Meaning[] = [
  ["no_such_commit", /not our ref|couldn't find remote ref|no such remote ref|did not send all necessary objects/i],
  ["unavailable", /remote error:/i],
  ["denied", /authentication failed|could not read (?:username|password)|returned error: 40[13]\b/i],
  ["not_found", /repository '' not found|returned error: (?:30\d|404)\b/i],
  ["timeout", /operation too slow|operation timed out|connection timed out/i],
  [
    "unavailable",
    /returned error: \d|not valid: is this a git repository|could not resolve host|failed to connect|couldn't connect|connection (?:refused|reset)|early eof|hung up|unexpected disconnect|rpc failed|empty reply|\bssl|\btls/i,
  ],
];

/** Signal 24 is SIGXCPU. */
const beyondLimits = /out of memory|cannot allocate memory|died of signal 24\b/i;

/** Makes the error of a git process that failed. @param errorText what git wrote to its error stream */
export function explainFailure({ command, gitDir, secrets = [], limits }: FailedGit, errorText: string): SnapshotError {
  const judged = withoutNames(errorText, gitDir);
  if (limits && beyondLimits.test(judged)) return beyond(command, limits);
  const meanings = command === "fetch" ? [...fromTheServer.slice(0, 2), ...onThisMachine, ...fromTheServer] : onThisMachine;
  const reason = meanings.find(([, pattern]) => pattern.test(judged))?.[0] ?? "failed";
  return new SnapshotError(reason, `git ${command} failed: ${scrub(errorText, secrets) || "it gave no reason"}`);
}

/** The error of a git process that would have needed more than it may use: so would the next one. */
export function beyond(command: string, { memoryBytes, cpuSeconds }: ProcessLimits): SnapshotError {
  const allowed = `${Math.round(memoryBytes / 1024 ** 2)} MiB of memory and ${cpuSeconds} seconds of processor time`;
  return new SnapshotError("too_large", `git ${command} needed more than the ${allowed} it may use for one commit`);
}

/** Leaves what git itself says: no quoted names, paths, addresses and refs, and no lines that the server wrote. */
function withoutNames(text: string, gitDir: string): string {
  return text
    .replaceAll(gitDir, "")
    .replace(/^remote: .*$/gm, "")
    .replace(/'[^'\n]*'/g, "''")
    .replace(/[a-z][a-z+.-]*:\/\/\S*/gi, "")
    .replace(/\brefs\/\S+/g, "")
    .replace(/(^|\s)\/\S+/g, "$1");
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
