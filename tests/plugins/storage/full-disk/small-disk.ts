import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Mounts are seen by the child alone and end with it. Who isn't root is, within its own namespace. */
const ownMounts = process.getuid?.() === 0 ? ["unshare", "--mount"] : ["unshare", "--mount", "--map-root-user"];

const mount = 'mount -t tmpfs -o "size=$1,mode=0700" tmpfs "$2" && shift 2 && exec "$@"';

/**
 * Runs a program for which a folder is a disk of its own.
 * @param bytes of the disk
 * @param command gets the folder as its last argument
 * @returns what it printed @throws when it fails
 */
export async function withSmallDisk(bytes: number, command: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cocov-small-disk-"));
  try {
    const child = Bun.spawn([...ownMounts, "sh", "-c", mount, "sh", String(bytes), folder, ...command, folder], {
      stdout: "pipe",
      stderr: "pipe",
    });
    const [printed, complaint] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
    if ((await child.exited) !== 0) throw new Error(`${command.join(" ")}: ${complaint}`);
    return printed;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Whether this machine lets tests have a disk of their own: Linux does, unless a container's rules forbid it. */
export const hasSmallDisks: boolean = await withSmallDisk(65_536, ["ls"]).then(
  () => true,
  () => false,
);

if (!hasSmallDisks) {
  console.warn(
    "no test here can have a disk of its own: full disks are tried with a limit on the size of files alone, in snapshots.test.ts",
  );
}
