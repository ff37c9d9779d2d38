import { chmod, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../../core/app/installation";

/** A folder for one test: repositories, and everything a demo writes. */
export interface DemoWorld {
  readonly folder: string;
  /** Makes a git repository with one commit of these files. @returns its folder */
  repository(name: string, files: Readonly<Record<string, string>>): Promise<string>;
  /** Starts a demo. */
  start(args: readonly string[], options?: { root?: string; env?: Record<string, string> }): DemoProcess;
  /** @returns what demos have left in the folder for temporary files */
  leftovers(): Promise<string[]>;
  remove(): Promise<void>;
}

export interface DemoProcess {
  readonly pid: number;
  readonly exited: Promise<number>;
  /** Everything printed so far, standard error included. */
  output(): string;
  /** Waits until the pattern has been printed. @returns the match @throws {Error} when the demo ends before */
  printed(pattern: RegExp): Promise<RegExpMatchArray>;
  kill(signal: NodeJS.Signals): void;
}

export async function createDemoWorld(): Promise<DemoWorld> {
  const folder = await mkdtemp(join(tmpdir(), "cocov-test-"));
  const temporary = join(folder, "tmp");
  await mkdir(temporary);
  // Root's database runs as another user.
  for (const path of [folder, temporary]) await chmod(path, 0o755);
  const started: Bun.Subprocess[] = [];
  return {
    folder,
    async repository(name, files) {
      const path = join(folder, name);
      await mkdir(path);
      for (const [file, text] of Object.entries(files)) await Bun.write(join(path, file), text);
      runGit(path, "init", "--quiet", "--initial-branch=trunk");
      runGit(path, "add", "--all");
      runGit(path, "-c", "user.name=Grace", "-c", "user.email=grace@example.org", "commit", "--quiet", "-m", "Begin\n\nBody");
      return path;
    },
    start(args, { root = projectRoot, env = {} } = {}) {
      const child = Bun.spawn([process.execPath, join(root, "examples/demo/demo.ts"), ...args], {
        cwd: folder,
        env: { ...process.env, TMPDIR: temporary, ...env },
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
      });
      started.push(child);
      return watch(child);
    },
    leftovers: () => readdir(temporary),
    async remove() {
      for (const child of started) child.kill("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** @returns git's output @throws {Error} when it fails */
export function runGit(folder: string, ...args: string[]): string {
  const { stdout, stderr, exitCode } = Bun.spawnSync(["git", ...args], { cwd: folder });
  if (exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
  return stdout.toString();
}

function watch(child: Bun.Subprocess<"ignore", "pipe", "pipe">): DemoProcess {
  let output = "";
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) output += decoder.decode(chunk, { stream: true });
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  let ended = false;
  const exited = Promise.all([child.exited, reading]).then(([code]) => {
    ended = true;
    return code;
  });
  return {
    pid: child.pid,
    exited,
    output: () => output,
    async printed(pattern) {
      for (;;) {
        const hasEnded = ended;
        const found = output.match(pattern);
        if (found) return found;
        if (hasEnded) throw new Error(`the demo ended without printing ${pattern}:\n${output}`);
        await Bun.sleep(20);
      }
    },
    kill: (signal) => child.kill(signal),
  };
}
