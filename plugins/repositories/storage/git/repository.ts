import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Glob } from "bun";
import { GitError, simpleGit } from "simple-git";
import { isAbsence } from "../leftovers";
import { gitEnvironment } from "./environment";
import { explainFailure } from "./explain-failure";

/**
 * Settings of a cached repository. Nothing from outside runs here, file modes in archives are 0644 and 0755, and packs are
 * joined in the foreground, before too many slow the next fetch down.
 */
const settings = `
[core]
	hooksPath = /dev/null
	logAllRefUpdates = false
[tar]
	umask = 0022
[gc]
	auto = 2000
	autoPackLimit = 30
	autoDetach = false
	cruftPacks = true
	pruneExpire = 2.hours.ago
`;

/** Outranks every `.gitattributes` of a commit: an archive holds the whole tree, and no text in it is replaced. */
const attributes = "* -export-ignore -export-subst\n";

const localCommandMs = 600_000;

/**
 * Runs one of the short git commands that need no network.
 *
 * @param gitDir bare repository; must exist
 * @param args command first. Nothing in them may come from outside unchecked.
 * @returns what it printed
 * @throws SnapshotError when it fails; the signal's reason when that was aborted
 */
export async function runLocalGit(
  gitDir: string,
  args: [command: string, ...rest: string[]],
  signal?: AbortSignal,
): Promise<string> {
  const environment = gitEnvironment(gitDir);
  try {
    return await simpleGit({
      baseDir: gitDir,
      abort: signal,
      timeout: { block: localCommandMs },
      allowEnvironment: Object.keys(environment),
      unsafe: { allowUnsafeConfigPaths: true, allowUnsafeTemplateDir: true },
    })
      .env(environment)
      .raw(args);
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof GitError ? explainFailure(args[0], error.message, []) : error;
  }
}

/** Makes the bare repository unless it is there. Of several processes that try, one wins and all go on with its repository. */
export async function ensureRepository(gitDir: string, objectFormat: "sha1" | "sha256"): Promise<void> {
  if (await hasRepository(gitDir)) return;
  await mkdir(dirname(gitDir), { recursive: true });
  const draft = `${gitDir}.${crypto.randomUUID()}.tmp`;
  await mkdir(draft);
  try {
    await runLocalGit(draft, ["init", "--bare", "--quiet", "--template=", `--object-format=${objectFormat}`]);
    const config = Bun.file(join(draft, "config"));
    await Bun.write(config, (await config.text()) + settings);
    await Bun.write(join(draft, "info", "attributes"), attributes);
    await rename(draft, gitDir);
  } catch (error) {
    if (!(await hasRepository(gitDir))) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Whether a cached repository is there; its HEAD is in place before its folder gets its name. */
export function hasRepository(gitDir: string): Promise<boolean> {
  return Bun.file(join(gitDir, "HEAD")).exists();
}

/** Deletes the cached repository. It gets another name first, so that nobody finds half of one. */
export async function discardRepository(gitDir: string): Promise<void> {
  const discarded = `${gitDir}.${crypto.randomUUID()}.discarded`;
  try {
    await rename(gitDir, discarded);
  } catch (error) {
    if (isAbsence(error)) return;
    throw error;
  }
  await rm(discarded, { recursive: true, force: true });
}

/** Deletes what a fetch that failed or was killed had written so far; git leaves that to a later clean-up. */
export async function removeUnfinishedObjects(gitDir: string): Promise<void> {
  if (!(await hasRepository(gitDir))) return;
  for await (const path of new Glob("objects/{pack,??}/tmp_*").scan({ cwd: gitDir, absolute: true, onlyFiles: true })) {
    await rm(path, { force: true });
  }
}
