import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What a finished git command wrote to its standard output. */
export type GitOutput = { bytes: Uint8Array; text: string };

/** Runs git apart from the machine's own configuration. */
export type Git = {
  /** The whole environment of every git process. */
  environment: Record<string, string>;
  /**
   * @param args arguments after `git`
   * @param input bytes for standard input
   * @throws {Error} with git's standard error when it doesn't end with 0
   */
  run(args: string[], input?: Uint8Array): Promise<GitOutput>;
};

/**
 * Serving a bare SHA is what github.com does; `safe.directory` lets a checkout owned by somebody else be served.
 */
const configuration = `[uploadpack]
\tallowAnySHA1InWant = true
\tallowFilter = true
[safe]
\tdirectory = *
[gc]
\tauto = 0
[core]
\tfsync = none
`;

/** @param home folder for git's configuration; made when missing */
export async function createGit(home: string): Promise<Git> {
  await mkdir(home, { recursive: true });
  const globalConfiguration = join(home, "gitconfig");
  await writeFile(globalConfiguration, configuration);
  const environment = {
    PATH: process.env.PATH ?? "/usr/bin:/bin",
    HOME: home,
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: globalConfiguration,
    GIT_TERMINAL_PROMPT: "0",
  };
  return {
    environment,
    async run(args, input) {
      const child = Bun.spawn(["git", ...args], {
        env: environment,
        stdin: input ?? "ignore",
        stdout: "pipe",
        stderr: "pipe",
      });
      const [bytes, complaint, code] = await Promise.all([
        new Response(child.stdout).bytes(),
        new Response(child.stderr).text(),
        child.exited,
      ]);
      if (code !== 0) throw new Error(`git ${args.join(" ")} ended with ${code}: ${complaint.trim()}`);
      return { bytes, text: new TextDecoder().decode(bytes) };
    },
  };
}
