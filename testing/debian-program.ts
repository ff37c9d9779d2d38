import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../core/app/installation";

/** A program of this machine, or of a package that was unpacked for the tests. */
export interface Program {
  readonly path: string;
  /** Variables without which it doesn't start; empty for a program of this machine. */
  readonly env: Readonly<Record<string, string>>;
}

const found = new Map<string, Promise<Program>>();

/**
 * Finds a program of this machine. Where there is none its Debian package is fetched with apt-get and unpacked among this project's caches:
 * nothing is installed, so that takes no privileges.
 *
 * @param name of the program
 * @param packageName its Debian package
 * @throws Error that says what to install, where there is no apt-get or it can't reach its archive
 */
export function debianProgram(name: string, packageName = name): Promise<Program> {
  const program = found.get(name) ?? find(name, packageName);
  found.set(name, program);
  return program;
}

async function find(name: string, packageName: string): Promise<Program> {
  const installed = Bun.which(name);
  if (installed) return { path: installed, env: {} };
  const cache = join(projectRoot, "node_modules/.cache/cocov-tests");
  const unpacked = join(cache, packageName);
  if (!unpackedIn(unpacked, name)) {
    await mkdir(cache, { recursive: true });
    await fetchInto({ cache, unpacked, packageName, name }).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(
        `These tests need ${name}, which isn't there and couldn't be fetched. Install it: apt-get install ${packageName}, or what it is called elsewhere. ${reason}`,
      );
    });
  }
  const program = unpackedIn(unpacked, name);
  if (!program) throw new Error(`There is no ${name} in what apt-get fetched: ${unpacked}`);
  return program;
}

function unpackedIn(folder: string, name: string): Program | undefined {
  const path = ["usr/bin", "bin", "usr/sbin", "sbin"].map((bin) => join(folder, bin, name)).find((file) => existsSync(file));
  if (path === undefined) return;
  const libraries = ["usr/lib", "lib"].flatMap((lib) => {
    const among = join(folder, lib);
    const names = existsSync(among) ? readdirSync(among).filter((entry) => entry.includes("-linux-gnu")) : [];
    return names.map((entry) => join(among, entry));
  });
  return { path, env: libraries.length > 0 ? { LD_LIBRARY_PATH: libraries.join(":") } : {} };
}

interface Wanted {
  readonly cache: string;
  readonly unpacked: string;
  readonly packageName: string;
  readonly name: string;
}

/** Another process of the same test run may do so at the same time: the first to be ready wins. */
async function fetchInto({ cache, unpacked, packageName, name }: Wanted): Promise<void> {
  const folder = await mkdtemp(join(cache, "fetching-"));
  try {
    const lists = join(folder, "lists");
    await mkdir(join(lists, "partial"), { recursive: true });
    const ownLists = ["-o", `Dir::State::lists=${lists}`, "-o", `Dir::Cache=${join(folder, "apt")}`];
    // The machine's own lists of packages may be empty, as in a container, or name what isn't in the archive any more.
    await fetchPackages(folder, packageName, []).catch(async () => {
      await run(folder, ["apt-get", ...ownLists, "update"]);
      await fetchPackages(folder, packageName, ownLists);
    });
    const contents = join(folder, "contents");
    for (const file of new Bun.Glob("*.deb").scanSync(folder)) await run(folder, ["dpkg", "-x", file, contents]);
    await rename(contents, unpacked).catch((error: unknown) => {
      if (!unpackedIn(unpacked, name)) throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fetchPackages(folder: string, packageName: string, options: readonly string[]): Promise<void> {
  const install = ["install", "--simulate", "--no-install-recommends", packageName];
  const plan = await run(folder, ["apt-get", ...options, ...install]);
  // What is only to be upgraded, as shown by its present version in brackets, is there already.
  const missing = [...plan.matchAll(/^Inst (\S+) \(/gm)].map(([, missed = ""]) => missed);
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
