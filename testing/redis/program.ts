import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../../core/app/installation";

/** A `redis-server` that can be started. */
export interface RedisProgram {
  readonly path: string;
  /** Folders of libraries that it needs and the machine doesn't have. */
  readonly libraries: string;
}

let found: Promise<RedisProgram> | undefined;

/**
 * Finds the machine's `redis-server`. Where there is none it is fetched with apt-get and unpacked among this project's caches: nothing is
 * installed, so that takes no privileges.
 * @throws Error that says what to install, where there is no apt-get or it can't reach its archive
 */
export function redisProgram(): Promise<RedisProgram> {
  found ??= find();
  return found;
}

async function find(): Promise<RedisProgram> {
  const installed = Bun.which("redis-server");
  if (installed) return { path: installed, libraries: "" };
  const cache = join(projectRoot, "node_modules/.cache/cocov-tests");
  const unpacked = join(cache, "redis");
  if (!(await unpackedIn(unpacked))) {
    await mkdir(cache, { recursive: true });
    await fetchInto(cache, unpacked).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(
        `These tests need redis-server, which isn't there and couldn't be fetched. Install it: apt-get install redis-server, or brew install redis. ${reason}`,
      );
    });
  }
  const program = await unpackedIn(unpacked);
  if (!program) throw new Error(`There is no redis-server in what apt-get fetched: ${unpacked}`);
  return program;
}

async function unpackedIn(folder: string): Promise<RedisProgram | undefined> {
  const path = join(folder, "usr/bin/redis-server");
  if (!(await Bun.file(path).exists())) return;
  const libraries = [...new Bun.Glob("{usr/,}lib/*-linux-gnu*").scanSync({ cwd: folder, onlyFiles: false, absolute: true })];
  return { path, libraries: libraries.join(":") };
}

/** Another process of the same test run may do so at the same time: the first to be ready wins. */
async function fetchInto(cache: string, unpacked: string): Promise<void> {
  const folder = await mkdtemp(join(cache, "fetching-"));
  try {
    const lists = join(folder, "lists");
    await mkdir(join(lists, "partial"), { recursive: true });
    const ownLists = ["-o", `Dir::State::lists=${lists}`, "-o", `Dir::Cache=${join(folder, "apt")}`];
    // The machine's own lists of packages may be empty, as in a container, or name what isn't in the archive any more.
    await fetchPackages(folder, []).catch(async () => {
      await run(folder, ["apt-get", ...ownLists, "update"]);
      await fetchPackages(folder, ownLists);
    });
    const contents = join(folder, "contents");
    for (const name of new Bun.Glob("*.deb").scanSync(folder)) await run(folder, ["dpkg", "-x", name, contents]);
    await rename(contents, unpacked).catch(async (error: unknown) => {
      if (!(await unpackedIn(unpacked))) throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fetchPackages(folder: string, options: readonly string[]): Promise<void> {
  const install = ["install", "--simulate", "--no-install-recommends", "redis-server"];
  const plan = await run(folder, ["apt-get", ...options, ...install]);
  // What is only to be upgraded, as shown by its present version in brackets, is there already.
  const missing = [...plan.matchAll(/^Inst (\S+) \(/gm)].map(([, name = ""]) => name);
  await run(folder, ["apt-get", ...options, "download", ...missing]);
}

/** @returns what it printed */
async function run(cwd: string, command: readonly string[]): Promise<string> {
  const child = Bun.spawn([...command], { cwd, env: { ...process.env, LC_ALL: "C" }, stdout: "pipe", stderr: "pipe" });
  const [printed, complaint, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (exitCode !== 0) throw new Error(`${command.join(" ")} ended with ${exitCode}: ${complaint.trim()}`);
  return printed;
}
