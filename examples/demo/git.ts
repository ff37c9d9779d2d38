import { Unusable } from "./unusable";

/**
 * Runs git, apart from the machine's configuration and from a repository that the environment names.
 * @param folder where it runs
 * @param input for its standard input
 * @returns its output; null when it ended with an error
 * @throws Unusable when there is no git
 */
export async function git(folder: string, args: readonly string[], input = ""): Promise<string | null> {
  const command = ["git", "-c", "safe.directory=*", "-c", "core.fsmonitor=false", ...args];
  const child = spawn(command, folder, input);
  const [output, code] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  return code === 0 ? output : null;
}

function spawn(command: string[], cwd: string, input: string) {
  const { PATH = "/usr/local/bin:/usr/bin:/bin", HOME = cwd } = process.env;
  const env = { PATH, HOME, LC_ALL: "C", GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null", GIT_TERMINAL_PROMPT: "0" };
  try {
    return Bun.spawn(command, { cwd, env, stdin: Buffer.from(input), stdout: "pipe", stderr: "ignore" });
  } catch (error) {
    throw new Unusable(`The demo needs git, which can't be started: ${error instanceof Error ? error.message : error}`);
  }
}
