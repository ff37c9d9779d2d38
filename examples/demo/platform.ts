import { join } from "node:path";
import { z } from "zod";
import { type Program, startProgram } from "./program";
import type { ScratchFolder } from "./scratch-folder";

/** Where a platform listens, and with which plugins. */
export interface Listening {
  readonly url: string;
  readonly plugins: readonly string[];
}

const listening = z.object({ msg: z.literal("listening"), url: z.string(), plugins: z.array(z.string()) });

/**
 * Starts the platform on its embedded defaults, whatever is configured on this machine.
 * @param github settings that lead to a GitHub
 */
export async function startPlatform(scratch: ScratchFolder, github: Record<string, string>): Promise<Program> {
  const config = join(scratch.path, "cocov.config.ts");
  await Bun.write(config, "export default {};\n");
  const env = {
    ...github,
    COCOV_CONFIG: config,
    COCOV_DATA_DIR: scratch.dataDir,
    COCOV_PORT: "0",
    COCOV_SHUTDOWN_SECONDS: "5",
  };
  return startProgram("platform", "cli/cocov.ts", { args: ["start"], env, folder: scratch.path });
}

/** Waits until the platform says that it listens. */
export async function untilListening(platform: Program, signal: AbortSignal): Promise<Listening> {
  for (;;) {
    signal.throwIfAborted();
    const line = (await platform.output()).split("\n").find((text) => text.includes('"msg":"listening"'));
    if (line !== undefined) return listening.parse(JSON.parse(line));
    await Bun.sleep(30);
  }
}
