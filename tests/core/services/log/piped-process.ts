import { afterAll } from "bun:test";
import { closeSync, constants, openSync, readSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../../../core/app/installation";

/** A process whose output goes into a pipe, and the reader of that pipe, who reads when told to and not otherwise. */
export interface ReadProcess {
  /** Reads until the text has come. @returns all that has been read so far */
  readUntil(text: string): Promise<string>;
  /** Reads until the process has closed the pipe. @returns all that has been read */
  readAll(): Promise<string>;
  signal(name: NodeJS.Signals): void;
  /** Resolves to the exit code; null after a deadly signal. Reads nothing. */
  readonly ended: Promise<number | null>;
}

const folder = await mkdtemp(join(tmpdir(), "cocov-pipes-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

/**
 * Starts a process with its stdout or stderr on a pipe.
 * @param args what Bun runs
 * @param options.full whether the pipe is full before the process writes its first line
 */
export function startRead(
  args: readonly string[],
  {
    env = {},
    output = "stdout",
    full = false,
  }: { env?: Readonly<Record<string, string | undefined>>; output?: "stdout" | "stderr"; full?: boolean } = {},
): ReadProcess {
  const path = join(folder, crypto.randomUUID());
  Bun.spawnSync(["mkfifo", path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY);
  if (full) fill(path);
  const child = Bun.spawn([process.execPath, ...args], {
    cwd: projectRoot,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdin: "ignore",
    stdout: output === "stdout" ? writer : "ignore",
    stderr: output === "stderr" ? writer : "ignore",
  });
  closeSync(writer);
  afterAll(() => {
    child.kill("SIGKILL");
    closeSync(reader);
  });

  let text = "";
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65_536);
  /** @returns false at the end */
  async function readSome(): Promise<boolean> {
    try {
      const count = readSync(reader, buffer);
      text += decoder.decode(buffer.subarray(0, count), { stream: true });
      return count > 0;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
      await Bun.sleep(5);
      return true;
    }
  }
  return {
    async readUntil(wanted) {
      while (!text.includes(wanted)) if (!(await readSome())) throw new Error(`the process ended without "${wanted}": ${text}`);
      return text;
    },
    async readAll() {
      while (await readSome());
      return text;
    },
    signal: (name) => child.kill(name),
    ended: child.exited.then(() => child.exitCode),
  };
}

function fill(path: string): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  Bun.spawnSync(["sh", "-c", "dd if=/dev/zero bs=4096 count=1024 oflag=nonblock 2>/dev/null"], { stdout: fd });
  closeSync(fd);
}
