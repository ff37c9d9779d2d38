import type { Content } from "../commit-tree";
import { contentOf, pathOf, tarEntries } from "../tar-entries";
import { startGit } from "./git-process";
import { gitMemoryBytes, type ProcessLimits } from "./process-limits";

const readMs = 20_000;
const limits: ProcessLimits = { memoryBytes: gitMemoryBytes, cpuSeconds: 15 };

/** Paths that go into one command line. */
const batchSize = 64;

/**
 * Reads files as an archive of the commit has them, with the conversions of a checkout (`eol`, `ident`, `working-tree-encoding`),
 * one after the other.
 *
 * @param paths of files that the commit has
 * @param maxBytes to read of one file, converted
 * @throws SnapshotError when git fails, or needs too long for the attributes that the commit has
 */
export async function* readConverted(
  gitDir: string,
  sha: string,
  paths: readonly string[],
  maxBytes: number,
): AsyncGenerator<[path: string, content: Content]> {
  for (let start = 0; start < paths.length; start += batchSize) {
    yield* readBatch(gitDir, sha, paths.slice(start, start + batchSize), maxBytes);
  }
}

async function* readBatch(
  gitDir: string,
  sha: string,
  paths: readonly string[],
  maxBytes: number,
): AsyncGenerator<[path: string, content: Content]> {
  const wanted = new Set(paths);
  const git = startGit({
    gitDir,
    args: ["archive", "--format=tar", `--prefix=${sha}/`, sha, "--", ...paths],
    environment: { GIT_LITERAL_PATHSPECS: "1" },
    limits,
    timeoutMs: readMs,
  });
  git.input.end();
  try {
    for await (const entry of tarEntries(git.output)) {
      const path = pathOf(entry);
      if (wanted.delete(path)) yield [path, await contentOf(entry, maxBytes)];
      else await entry.body.cancel();
    }
    await git.ended();
  } catch (error) {
    git.stop();
    await git.ended(); // why git broke off says more than that its output did
    throw error;
  } finally {
    git.stop();
    await git.ended().catch(() => {}); // stopped on purpose, or reported above
  }
}
