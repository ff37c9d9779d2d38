import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { run } from "./source-repository";

/** Command lines of all processes of this machine. */
export async function commandLines(): Promise<string[]> {
  if (!existsSync("/proc/self/cmdline")) return (await run(["ps", "-axo", "args"], "/")).split("\n");
  const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(processes.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")));
  return lines.map((line) => line.replaceAll("\0", " "));
}

/** Waits until `condition` holds, at most ten seconds. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (await condition()) return;
    await Bun.sleep(25);
  }
  throw new Error("It didn't happen within ten seconds");
}
