import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../core/app/installation";
import type { Stoppable } from "./ending";

/** A program of this project that runs in a process of its own. */
export interface Program extends Stoppable {
  readonly name: string;
  /** File with everything that it prints. */
  readonly log: string;
  /** Its exit code, once it has ended. */
  readonly exited: Promise<number>;
  /** @returns everything printed so far */
  output(): Promise<string>;
}

/** What a child process takes over from our environment. Settings of a platform that is configured here stay out. */
const inherited = ["PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH"];

/** How long a stop may take, in milliseconds. */
const patience = 40_000;

/**
 * Starts a program.
 * @param script path inside the project
 * @param folder where it runs, and where its log goes
 * @param env its environment, on top of what every program needs
 */
export function startProgram(
  name: string,
  script: string,
  { args = [], env, folder }: { args?: readonly string[]; env: Readonly<Record<string, string>>; folder: string },
): Program {
  const log = join(folder, `${name}.log`);
  const output = openSync(log, "a", 0o600);
  // In a session of its own: a ctrl-c in the terminal is for the demo, which stops everything in order. It runs in a folder
  // without a `.env`, which Bun would read.
  const child = Bun.spawn([process.execPath, join(projectRoot, script), ...args], {
    cwd: folder,
    env: { ...Object.fromEntries(inherited.map((key) => [key, process.env[key]])), ...env },
    stdin: "ignore",
    stdout: output,
    stderr: output,
    detached: true,
  });
  closeSync(output);
  return {
    name,
    log,
    exited: child.exited,
    output: () => Bun.file(log).text(),
    async stop() {
      child.kill("SIGTERM");
      const impatience = setTimeout(() => child.kill("SIGKILL"), patience);
      await child.exited;
      clearTimeout(impatience);
    },
    stopNow: () => child.kill("SIGKILL"),
  };
}
