import { startGit } from "./git-process";
import { readingLimits } from "./process-limits";
import { createTurns } from "./turns";

/**
 * Bytes of objects, without reading them.
 *
 * @param ids hex
 * @throws SnapshotError when git fails; an Error when the repository lacks one of them
 */
export async function objectSizes(
  gitDir: string,
  ids: readonly string[],
  { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal },
): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  if (ids.length === 0) return sizes;
  const args = ["cat-file", "--batch-check=%(objectsize)", "--buffer"] as const;
  const git = startGit({ gitDir, args, limits: readingLimits, timeoutMs, signal });
  git.input.write(`${ids.join("\n")}\n`);
  git.input.end();
  const lines = (await new Response(git.output).text()).split("\n");
  await git.ended();
  const turns = createTurns();
  for (const [index, id] of ids.entries()) {
    if (turns.due()) await turns.give();
    const size = Number(lines[index]);
    if (!Number.isSafeInteger(size)) throw new Error("The cached repository lacks a file of the commit");
    sizes.set(id, size);
  }
  return sizes;
}
