import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { observedGit } from "../../plugins/storage/git/observed-git";
import { createGitCache } from "../../plugins/storage/git-cache";
import { createPacker } from "../../plugins/storage/pack-commit";
import { defaultLimits } from "../../plugins/storage/snapshots";
import { type Repository, startGitHub } from "../../testing/github";

/** What storing a commit costs, next to plain git in the same run. Milliseconds, medians. */
export interface StorageFigure {
  readonly name: string;
  readonly platform: number;
  readonly limit: number;
  /** The platform's time divided by the limit's. */
  readonly ratio: number;
  /** The most that it may be. */
  readonly wanted: number;
}

const limits = { ...defaultLimits, packBytes: defaultLimits.maxBytes };

/** The platform's git gives way to requests. So does what it is measured by: on a busy machine it would have more of the processor. */
const givingWay = ["nice", "-n", "10"];

/** Files that a commit changes. */
const changedFiles = 20;

/**
 * Measures fetching and packing: a large repository next to one of a tenth of its files, and both next to git without anything around it.
 * @param files of the large repository
 */
export async function measureStorage({ files, rounds }: { files: number; rounds: number }): Promise<StorageFigure[]> {
  const folder = await mkdtemp(join(tmpdir(), "cocov-bench-storage-"));
  const github = await startGitHub();
  try {
    const cache = createGitCache(join(folder, "cache"), limits, observedGit(undefined));
    const packer = createPacker({ cache, limits, observed: observedGit(undefined) });

    /** A repository whose first commit has been fetched. */
    async function place(name: string, count: number) {
      const repository = await github.addRepository({ name, private: false, files: filesOf(count, 0) });
      const remoteUrl = `${github.url}/${repository.fullName}.git`;
      const commitOf = (sha: string) => ({ repositoryId: repository.id, remoteUrl, token: null, sha });
      await cache.fetchCommit(commitOf((await repository.head()) ?? ""));
      return { repository, remoteUrl, commitOf };
    }
    const [large, small] = [await place("large", files), await place("small", Math.ceil(files / 10))];
    const times = {
      large: [] as number[],
      small: [] as number[],
      fresh: [] as number[],
      pack: [] as number[],
      pipe: [] as number[],
    };

    for (let round = 1; round <= rounds; round++) {
      const sha = await next(large.repository, round);
      times.large.push(await timed(() => cache.fetchCommit(large.commitOf(sha))));
      times.fresh.push(await timed(() => freshFetch(join(folder, `fresh-${round}`), large.remoteUrl, sha)));
      const other = await next(small.repository, round);
      times.small.push(await timed(() => cache.fetchCommit(small.commitOf(other))));
      const archive = join(folder, `${sha}.tar.zst`);
      times.pack.push(await timed(() => packer.fetchAndPack(large.commitOf(sha), archive)));
      times.pipe.push(await timed(() => pipe(cache.gitDir(large.repository.id, sha), sha, join(folder, `${sha}.plain`))));
    }
    return [
      figure(`next commit of ${files} files, next to git fetch --depth 1 into an empty folder`, times.large, times.fresh, 0.5),
      figure(`the same, next to a repository of ${Math.ceil(files / 10)} files`, times.large, times.small, 2),
      figure(`archive of ${files} files, next to git archive | zstd -3`, times.pack, times.pipe, 1.5),
    ];
  } finally {
    await github.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const next = (repository: Repository, round: number) => repository.commit({ files: filesOf(changedFiles, round) });

/** Files of some hundred lines, a hundred to a folder. */
function filesOf(count: number, round: number): Record<string, string> {
  const text = (index: number) => `// file ${index}, round ${round}\n${"export const value = 1;\n".repeat(40 + (index % 60))}`;
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`src/part-${Math.floor(index / 100)}/file-${index}.ts`, text(index)]),
  );
}

async function freshFetch(folder: string, remoteUrl: string, sha: string): Promise<void> {
  await run(["git", "init", "--quiet", "--bare", folder]);
  await run([...givingWay, "git", "-C", folder, "fetch", "--quiet", "--depth", "1", remoteUrl, sha]);
}

/** As a shell would: the two programs and nothing else. Without zstd, Bun's own of the same level. */
async function pipe(gitDir: string, sha: string, to: string): Promise<void> {
  const git = Bun.spawn([...givingWay, "git", "-C", gitDir, "archive", "--format=tar", sha], {
    stdout: "pipe",
    stderr: "inherit",
  });
  if (Bun.which("zstd")) {
    const zstd = Bun.spawn([...givingWay, "zstd", "-q", "-3", "-f", "-o", to], { stdin: git.stdout, stderr: "inherit" });
    if ((await zstd.exited) !== 0) throw new Error("zstd failed");
  } else {
    await Bun.write(to, await Bun.zstdCompress(await new Response(git.stdout).bytes(), { level: 3 }));
  }
  if ((await git.exited) !== 0) throw new Error("git archive failed");
}

async function run(command: string[]): Promise<void> {
  const child = Bun.spawn(command, { stdout: "ignore", stderr: "inherit" });
  if ((await child.exited) !== 0) throw new Error(`${command.join(" ")} failed`);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function figure(name: string, ours: readonly number[], theirs: readonly number[], wanted: number): StorageFigure {
  const [platform, limit] = [median(ours), median(theirs)];
  return { name, platform, limit, ratio: median(ours.map((time, round) => time / (theirs[round] ?? time))), wanted };
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
