import { join } from "node:path";
import { projectRoot } from "../core/app/installation";

/** A server in a process of its own. */
export interface BenchServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Starts a server as a child process and waits until it says where it listens.
 * @param script path inside the project, and its arguments
 */
export async function startServer(script: readonly string[], env: Record<string, string>): Promise<BenchServer> {
  const [path = "", ...args] = script;
  const child = Bun.spawn([process.execPath, join(projectRoot, path), ...args], {
    cwd: projectRoot,
    env: { ...process.env, ...env },
    stdout: "pipe",
    stderr: "inherit",
  });
  const url = Promise.withResolvers<string>();
  const decoder = new TextDecoder();
  // The log is read to the end, as it would be in production; a pipe nobody reads would stop the server.
  const reading = (async () => {
    let head = "";
    for await (const chunk of child.stdout) {
      if (head === "found") continue;
      head += decoder.decode(chunk, { stream: true });
      const found = head.match(/"url":"(http:[^"]+)"|listening on (http:\S+)/);
      if (!found) continue;
      head = "found";
      url.resolve((found[1] ?? found[2] ?? "").replace(/\/$/, ""));
    }
    url.reject(new Error(`${script.join(" ")} ended before it listened`));
  })();
  return {
    url: await url.promise,
    pid: child.pid,
    async stop() {
      child.kill("SIGTERM");
      await child.exited;
      await reading;
    },
  };
}
