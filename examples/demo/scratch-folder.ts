import { existsSync, readFileSync, rmSync } from "node:fs";
import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stoppable } from "./ending";

/** A folder for everything the demo writes; gone when it is stopped. */
export interface ScratchFolder extends Stoppable {
  readonly path: string;
  /** The platform's data folder. */
  readonly dataDir: string;
}

/** Root's database runs as another user, who has to pass through the folder, and needs no more than that. */
const passable = 0o711;

export async function makeScratchFolder(): Promise<ScratchFolder> {
  const path = await mkdtemp(join(tmpdir(), "cocov-demo-"));
  if (process.getuid?.() === 0) await chmod(path, passable);
  // What the stand-in for GitHub and the child processes write for a while goes with the rest.
  process.env.TMPDIR = path;
  const dataDir = join(path, "data");
  const removeAll = () => {
    const database = databaseFolder(dataDir);
    killServer(database);
    for (const folder of [database, path]) rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  };
  return { path, dataDir, stop: async () => removeAll(), stopNow: removeAll };
}

/** The platform keeps the database elsewhere when the database's user can't enter the data folder, and leaves a note. */
function databaseFolder(dataDir: string): string {
  return read(join(dataDir, "postgres.location")) || join(dataDir, "postgres");
}

/** A database server outlives a platform that was killed. */
function killServer(folder: string): void {
  const pid = Number(read(join(folder, "cluster", "postmaster.pid")).split("\n", 1)[0]);
  if (!(pid > 1)) return;
  try {
    process.kill(pid, "SIGQUIT");
  } catch (error) {
    const gone = error instanceof Error && "code" in error && error.code === "ESRCH";
    if (!gone) console.error(error);
  }
}

function read(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8").trim() : "";
}
