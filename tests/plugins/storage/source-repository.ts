import { chmod, mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A repository with a working tree, as a developer has it. */
export interface SourceRepository {
  readonly path: string;
  git(...args: string[]): Promise<string>;
  write(path: string, content: string | Uint8Array, mode?: number): Promise<void>;
  link(path: string, target: string): Promise<void>;
  /** Commits everything. @returns the commit's id */
  commit(message: string): Promise<string>;
}

export async function createSource(path: string, objectFormat = "sha1"): Promise<SourceRepository> {
  await mkdir(path, { recursive: true });
  const git = (...args: string[]) => run(["git", "-c", "user.name=Dev", "-c", "user.email=dev@example.com", ...args], path);
  await git("init", "--quiet", `--object-format=${objectFormat}`);
  return {
    path,
    git,
    async write(file, content, mode = 0o644) {
      await mkdir(dirname(join(path, file)), { recursive: true });
      await Bun.write(join(path, file), content);
      await chmod(join(path, file), mode);
    },
    async link(file, target) {
      await mkdir(dirname(join(path, file)), { recursive: true });
      await symlink(target, join(path, file));
    },
    async commit(message) {
      await git("add", "--all", "--force");
      await git("commit", "--quiet", "--message", message);
      return git("rev-parse", "HEAD");
    },
  };
}

/** Runs a program to its end. @returns its output, trimmed @throws with its error text when it fails */
export async function run(command: string[], cwd: string, stdin?: Blob | Uint8Array): Promise<string> {
  const child = Bun.spawn(command, {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, LC_ALL: "C.UTF-8", GIT_CONFIG_GLOBAL: "/dev/null" },
    stdin: stdin ?? "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [output, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  if ((await child.exited) !== 0) throw new Error(`${command.join(" ")}: ${errors}`);
  return output.trim();
}
