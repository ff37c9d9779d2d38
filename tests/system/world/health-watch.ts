import { join } from "node:path";

/** Asks a server for its health over and over, from a process of its own: what this one is busy with doesn't count as the server's. */
export interface HealthWatch {
  /** Ends it. @returns how often it asked, how many answers weren't 200, and the longest wait in milliseconds */
  stop(): Promise<{ readonly asked: number; readonly failed: number; readonly longestMs: number }>;
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
