import { resolve } from "node:path";

/** The project's folder. */
const root = resolve(import.meta.dir, "../..");

/**
 * @param configured what the settings say; without it git is asked, once, if the project's folder is a checkout of its own
 * @returns reads the commit that the platform was built from; null when nobody knows
 */
export function createCommitReader(configured: string | undefined, folder: string = root): () => Promise<string | null> {
  let read: Promise<string | null> | undefined;
  return () => {
    read ??= configured === undefined ? checkedOut(folder) : Promise.resolve(configured);
    return read;
  };
}

async function checkedOut(folder: string): Promise<string | null> {
  try {
    const git = Bun.spawn(["git", "rev-parse", "--show-prefix", "HEAD"], { cwd: folder, stdout: "pipe", stderr: "ignore" });
    const [prefix = "", commit = ""] = (await new Response(git.stdout).text()).split("\n");
    // With a prefix the checkout is somebody else's: the platform lies somewhere in it.
    return prefix === "" && /^[0-9a-f]{40,64}$/.test(commit) ? commit : null;
  } catch {
    return null;
  }
}
