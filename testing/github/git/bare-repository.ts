import type { Git } from "./git";

/** A bare repository on disk, which git serves. */
export type BareRepository = {
  path: string;
  /** @returns the commit a branch, tag or SHA leads to; null when there is none */
  resolve(ref: string): Promise<string | null>;
  /** @returns branch names in byte order */
  branches(): Promise<string[]>;
  deleteBranch(name: string): Promise<void>;
  setHead(branch: string): Promise<void>;
};

/** Makes an empty repository. */
export async function initBareRepository(git: Git, path: string, defaultBranch: string): Promise<BareRepository> {
  await git.run(["init", "--quiet", "--bare", `--initial-branch=${defaultBranch}`, path]);
  return openBareRepository(git, path);
}

/**
 * Copies a repository from disk with its branches and tags.
 *
 * @param source folder of a repository, bare or with a work tree
 * @param wanted default branch; without it the source's, or `main` where its HEAD is on no branch
 * @returns the copy and its default branch
 */
export async function cloneBareRepository(
  git: Git,
  source: string,
  path: string,
  wanted?: string,
): Promise<{ bare: BareRepository; defaultBranch: string }> {
  await git.run(["clone", "--quiet", "--bare", "--", source, path]);
  const bare = openBareRepository(git, path);
  const defaultBranch = wanted ?? (await headBranch(git, path)) ?? "main";
  if ((await bare.resolve(`refs/heads/${defaultBranch}`)) === null) {
    const head = await bare.resolve("HEAD");
    if (head !== null) await git.run(["-C", path, "update-ref", `refs/heads/${defaultBranch}`, head]);
  }
  await bare.setHead(defaultBranch);
  return { bare, defaultBranch };
}

/** Handles a repository that is there. */
export function openBareRepository(git: Git, path: string): BareRepository {
  const run = (...args: string[]) => git.run(["-C", path, ...args]);
  return {
    path,
    async resolve(ref) {
      if (ref === "" || ref.startsWith("-") || /[\n\0]/.test(ref)) return null;
      const { text } = await git.run(["-C", path, "cat-file", "--batch-check"], new TextEncoder().encode(`${ref}^{commit}\n`));
      return /^([0-9a-f]{40,64}) commit /.exec(text)?.[1] ?? null;
    },
    async branches() {
      const { text } = await run("for-each-ref", "--format=%(refname)", "refs/heads");
      return text
        .split("\n")
        .filter(Boolean)
        .map((ref) => ref.slice("refs/heads/".length));
    },
    async deleteBranch(name) {
      await run("update-ref", "-d", `refs/heads/${name}`);
    },
    async setHead(branch) {
      await run("symbolic-ref", "HEAD", `refs/heads/${branch}`);
    },
  };
}

async function headBranch(git: Git, path: string): Promise<string | null> {
  const { text } = await git.run(["-C", path, "rev-parse", "--symbolic-full-name", "HEAD"]).catch(() => ({ text: "" }));
  const ref = text.trim();
  return ref.startsWith("refs/heads/") ? ref.slice("refs/heads/".length) : null;
}
