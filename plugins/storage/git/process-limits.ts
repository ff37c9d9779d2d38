/** What one git process may use; each of its helpers may use as much. */
export interface ProcessLimits {
  /** Of address space, in bytes. Left out where the system can't limit it (macOS). */
  readonly memoryBytes: number;
  /** Of processor time, in seconds: a slow disk doesn't count, a pattern that matches for hours does. */
  readonly cpuSeconds: number;
}

/**
 * A system that refuses a limit has a stricter one already. Without `-S`, processor time would end in an unexplained SIGKILL. Where
 * files may only be so large, git says so unless the signal for it ends one of its helpers without a word.
 */
const script = 'trap "" XFSZ; ulimit -S -t "$1" 2>/dev/null; [ "$2" = 0 ] || ulimit -v "$2" 2>/dev/null; shift 2; exec "$@"';

/** The command as a child process under these limits. It keeps the process id of what is started. */
export function limitedCommand(command: readonly string[], { memoryBytes, cpuSeconds }: ProcessLimits): string[] {
  const kibibytes = process.platform === "linux" ? Math.ceil(memoryBytes / 1024) : 0;
  return ["/bin/sh", "-c", script, "sh", String(cpuSeconds), String(kibibytes), ...command];
}

/** Of address space; git's settings for the cached repositories keep what well-meant ones need below it. */
export const gitMemoryBytes = 2 * 1024 ** 3;

/** For showing files and reading listings. */
export const readingLimits: ProcessLimits = { memoryBytes: gitMemoryBytes, cpuSeconds: 60 };
