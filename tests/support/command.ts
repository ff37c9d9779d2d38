import { join } from "node:path";
import { projectRoot } from "../../core/app/installation";

export type Command = "start" | "migrate" | "console" | "plugins" | "config" | "rotate-keys" | "backup" | "restore" | "doctor";

export interface CommandOptions {
  readonly args?: readonly string[];
  /** The whole environment, besides PATH and HOME. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string;
}

/** A command of the command line, running in a process of its own. */
export interface RunningCommand {
  readonly pid: number;
  /** Everything printed so far, stdout and stderr together. */
  output(): string;
  /** The first line of the log with this message. Waits for it. */
  logged(message: string): Promise<Readonly<Record<string, unknown>>>;
  /** Waits until this was printed, anywhere. */
  printed(text: string): Promise<void>;
  /** Address in the line that tells it. Waits for it. */
  url(): Promise<string>;
  signal(name: NodeJS.Signals): void;
  /** Resolves at the end; `exitCode` is null after a deadly signal. */
  readonly ended: Promise<{ exitCode: number | null; stdout: string; stderr: string }>;
}

const running = new Set<Bun.Subprocess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts `bun run cocov COMMAND`. What still runs at the end of the test run, because a test failed, is killed. */
export function startCommand(command: string | undefined, { args = [], env = {}, stdin }: CommandOptions = {}): RunningCommand {
  const child = Bun.spawn(
    [process.execPath, join(projectRoot, "cli/cocov.ts"), ...(command === undefined ? [] : [command]), ...args],
    {
      cwd: projectRoot,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
      stdin: stdin === undefined ? "ignore" : Buffer.from(stdin),
      stdout: "pipe",
      stderr: "pipe",
    },
  );
  running.add(child);
  void child.exited.then(() => running.delete(child));
  const printed = { stdout: "", stderr: "" };
  const collect = async (name: "stdout" | "stderr"): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const bytes of child[name]) printed[name] += decoder.decode(bytes, { stream: true });
  };
  const ended = Promise.all([collect("stdout"), collect("stderr"), child.exited]).then(() => ({
    ...printed,
    exitCode: child.exitCode,
  }));
  const lines = () =>
    printed.stdout
      .split("\n")
      .slice(0, -1)
      .filter((line) => line.startsWith("{"))
      .map((line): Record<string, unknown> => JSON.parse(line));
  async function until<T>(find: () => T | undefined, what: string): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      const over = await Promise.race([ended, Bun.sleep(20)]);
      if (over) throw new Error(`${command} ended with ${over.exitCode} and without "${what}":\n${over.stdout}${over.stderr}`);
    }
  }
  const logged: RunningCommand["logged"] = (message) => until(() => lines().find(({ msg }) => msg === message), message);
  const output = () => printed.stdout + printed.stderr;
  return {
    pid: child.pid,
    output,
    logged,
    printed: async (text) => void (await until(() => output().includes(text) || undefined, text)),
    url: async () => String((await logged("listening")).url),
    signal: (name) => child.kill(name),
    ended,
  };
}

/** Runs a command to its end. */
export const runToEnd = (command: string | undefined, options: CommandOptions = {}): RunningCommand["ended"] =>
  startCommand(command, options).ended;
