import { readFile } from "node:fs/promises";
import { z } from "zod";

const run = async (folder: string, ...args: string[]): Promise<string | null> => {
  const child = Bun.spawn(["git", "-C", folder, ...args], { stdout: "pipe", stderr: "ignore" });
  const text = await new Response(child.stdout).text();
  return (await child.exited) === 0 ? text : null;
};

/** @returns the absolute folder of the repository that a folder is in; null when it is in none */
export const rootOf = async (folder: string): Promise<string | null> =>
  (await run(folder, "rev-parse", "--show-toplevel"))?.trim() || null;

/** @returns every file that git knows in a repository */
export async function trackedFiles(root: string): Promise<string[]> {
  const listed = await run(root, "ls-files", "-z");
  return (listed ?? "").split("\0").filter((path) => path !== "");
}

const pullRequest = z.object({ pull_request: z.object({ head: z.object({ sha: z.string() }) }) });

/**
 * The commit that reports are about. In a pull request GitHub checks out a merge that nobody has pushed: its head counts.
 * @returns null when there is no way to tell
 */
export async function currentCommit(folder: string, env: Readonly<Record<string, string | undefined>>): Promise<string | null> {
  if (env.GITHUB_EVENT_PATH) {
    const event = await readFile(env.GITHUB_EVENT_PATH, "utf8")
      .then(JSON.parse)
      .catch(() => null);
    const head = pullRequest.safeParse(event).data?.pull_request.head.sha;
    if (head !== undefined) return head;
  }
  return (await run(folder, "rev-parse", "HEAD"))?.trim() || null;
}
