import { join } from "node:path";

/** What a {@link HealthWatch} has seen. */
export interface SeenHealth {
  readonly asked: number;
  /** Answers that weren't 200. */
  readonly failed: number;
  /** The longest wait for an answer, in milliseconds. */
  readonly longestMs: number;
  /** The longest wait beyond what a bare server took to answer at the same moment, in milliseconds. */
  readonly longestBeyondBareMs: number;
}

/** Asks a server for its health over and over, from a process of its own: what this one is busy with doesn't count as the server's. */
export interface HealthWatch {
  stop(): Promise<SeenHealth>;
}

export function watchHealth(url: string): HealthWatch {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "health-watch-process.ts"), url], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  return {
    async stop() {
      child.stdin.end();
      return JSON.parse(await new Response(child.stdout).text());
    },
  };
}
