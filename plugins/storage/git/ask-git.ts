import { GitError, GitPluginError, simpleGit } from "simple-git";
import { SnapshotError } from "../snapshot-error";
import { gitEnvironment } from "./environment";
import { explainFailure } from "./explain-failure";

/** Milliseconds without a word after which git is ended. */
const silenceMs = 600_000;

/**
 * Has git answer a short question about a repository, or change a name in it. For what neither a repository's contents nor a server
 * can make long or large: all that git prints is held in memory, and it runs without limits. Whatever else has those of `startGit`.
 *
 * @param gitDir bare repository; must exist
 * @param args command first. Nothing in them may come from outside unchecked.
 * @returns what it printed
 * @throws SnapshotError when it fails; an Error when it can't be run
 */
export async function askGit(gitDir: string, args: [command: string, ...rest: string[]]): Promise<string> {
  const environment = gitEnvironment(gitDir);
  let exitCode: number | null = 0;
  try {
    return await simpleGit({
      baseDir: gitDir,
      timeout: { block: silenceMs },
      // Its output ends when it is closed, which may be a while after the process has.
      completion: { onClose: true, onExit: false },
      allowEnvironment: Object.keys(environment),
      unsafe: { allowUnsafeConfigPaths: true },
      // Otherwise a git that fails without a word, or that a signal ends, would have answered.
      errors(error, result) {
        exitCode = result.exitCode;
        return error ?? (exitCode === 0 ? undefined : Buffer.concat(result.stdErr));
      },
    })
      .env(environment)
      .raw(args);
  } catch (error) {
    throw explain(error);
  }

  function explain(error: unknown): unknown {
    if (error instanceof GitPluginError && error.plugin === "timeout") {
      return new SnapshotError("timeout", `git ${args[0]} said nothing for ${silenceMs / 1000} seconds`);
    }
    if (!(error instanceof GitError) || error instanceof GitPluginError) return error;
    if (exitCode === null) return new SnapshotError("killed", `git ${args[0]} was ended by a signal`);
    if (exitCode < 0) return new Error(`git can't be run: ${error.message.split("\n", 1)[0]}`);
    return explainFailure({ command: args[0], gitDir }, error.message);
  }
}
