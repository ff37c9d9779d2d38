import type { FileHandle } from "node:fs/promises";
import { setPriority } from "node:os";
import { SnapshotError } from "../snapshot-error";
import { gitEnvironment } from "./environment";
import { beyond, explainFailure } from "./explain-failure";
import { limitedCommand, type ProcessLimits } from "./process-limits";

export interface GitCommand {
  /** Absolute path of the bare repository. */
  readonly gitDir: string;
  /** Command first. Nothing in it may come from outside unchecked. */
  readonly args: readonly [command: string, ...rest: string[]];
  /** On top of {@link gitEnvironment}. */
  readonly environment?: Readonly<Record<string, string>>;
  /** An open file that it and its helpers inherit as their fourth. */
  readonly inherits?: FileHandle | null;
  /** Texts that no error may show. */
  readonly secrets?: readonly string[];
  /** What it may use. For commands whose cost a repository's contents decide. */
  readonly limits?: ProcessLimits;
  /** Nobody waits for it at a screen: requests go first where the processor is short. */
  readonly background?: boolean;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface GitProcess {
  readonly input: { write(text: string): void; end(): void };
  readonly output: ReadableStream<Uint8Array<ArrayBuffer>>;
  /**
   * Resolves when git ended well and none of its helpers is left.
   * @throws SnapshotError when git failed or took too long; the signal's reason when that was aborted
   */
  ended(): Promise<void>;
  /** Stops git and its helpers; `ended` rejects then. */
  stop(): void;
}

/** How long git may clean up (locks, temporary packs) after it was asked to stop. */
const graceMs = 2_000;

/**
 * Starts git with its output handed over while it arrives. Ending it ends its whole family of processes: a fetch runs
 * `git-remote-https`, which a signal to git alone may leave behind.
 *
 * @throws the signal's reason when it is aborted already
 */
export function startGit(command: GitCommand): GitProcess {
  command.signal?.throwIfAborted();
  const git = ["git", ...command.args];
  const child = Bun.spawn(command.limits ? limitedCommand(git, command.limits) : git, {
    cwd: command.gitDir,
    env: { ...gitEnvironment(command.gitDir), ...command.environment },
    stdio: ["pipe", "pipe", "pipe", ...(command.inherits ? [command.inherits.fd] : [])],
    detached: true,
  });
  if (command.background) giveWay(child.pid);

  let stoppedBy: unknown;
  let over = false;
  const stop = (reason: unknown) => {
    if (over || stoppedBy !== undefined) return;
    stoppedBy = reason;
    signalGroup(child.pid, "SIGTERM");
    const lastResort = setTimeout(() => signalGroup(child.pid, "SIGKILL"), graceMs);
    child.exited.finally(() => clearTimeout(lastResort));
  };
  const onAbort = () => stop(command.signal?.reason);
  command.signal?.addEventListener("abort", onAbort);
  const deadline = setTimeout(() => {
    stop(new SnapshotError("timeout", `git ${command.args[0]} took longer than ${command.timeoutMs / 1000} seconds`));
  }, command.timeoutMs);

  const errorText = readTail(child.stderr);
  const finished = (async () => {
    await child.exited;
    over = true;
    clearTimeout(deadline);
    command.signal?.removeEventListener("abort", onAbort);
    signalGroup(child.pid, "SIGKILL");
    if (stoppedBy !== undefined) throw stoppedBy;
    const text = await errorText;
    if (child.exitCode === 0) return;
    const name = command.args[0];
    if (command.limits && child.signalCode === "SIGXCPU") throw beyond(name, command.limits);
    if (child.exitCode === 126 || child.exitCode === 127) throw new Error(`git can't be run: ${text.trim()}`);
    if (child.signalCode !== null) throw new SnapshotError("killed", `git ${name} was ended by ${child.signalCode}`);
    throw explainFailure({ ...command, command: name }, text);
  })();
  finished.catch(() => {}); // ended() reports it; whoever stopped git need not ask

  /** A failed write means that git has ended: ended() says why. */
  async function write(text: string): Promise<void> {
    try {
      await child.stdin.write(text);
      await child.stdin.flush();
    } catch {}
  }

  return {
    input: {
      write: (text) => void write(text),
      end: () => void Promise.resolve(child.stdin.end()).catch(() => {}),
    },
    output: child.stdout,
    ended: () => finished,
    stop: () => stop(new SnapshotError("failed", `git ${command.args[0]} was stopped`)),
  };
}

/**
 * Runs git to its end, handing its output to `consume` as it arrives.
 * @throws as {@link GitProcess.ended}, or what `consume` throws, once git is gone
 */
export async function runGit<T>(
  command: GitCommand,
  consume: (output: ReadableStream<Uint8Array<ArrayBuffer>>) => Promise<T>,
): Promise<T> {
  const git = startGit(command);
  git.input.end();
  try {
    const result = await consume(git.output);
    await git.ended();
    return result;
  } catch (error) {
    git.stop();
    await git.ended().catch(() => {});
    throw error;
  }
}

/** Helpers that it starts take after it. */
function giveWay(pid: number): void {
  try {
    setPriority(pid, 10);
  } catch (error) {
    // It has ended already, or the system forbids it: either way there is nothing to yield.
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

/** Signals every process of the group that `leader` leads or led. */
function signalGroup(leader: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** The last few kilobytes of what git complains about: the end names the cause. */
async function readTail(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let tail = "";
  for await (const chunk of stream) tail = (tail + decoder.decode(chunk, { stream: true })).slice(-8_192);
  return tail;
}
