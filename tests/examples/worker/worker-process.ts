import { afterAll } from "bun:test";
import { join } from "node:path";
import { projectRoot } from "../../../core/app/installation";

/** The example worker as a process of its own. */
export interface WorkerProcess {
  readonly exited: Promise<number>;
  /** All it has printed, once it has ended. */
  readonly output: Promise<string>;
  kill(signal: "SIGKILL" | "SIGTERM"): void;
}

/** @param url the platform's address, or of what stands before it */
export function startWorker(
  url: string,
  token: string,
  args: string[] = ["--once"],
  env: Record<string, string> = {},
): WorkerProcess {
  const process_ = Bun.spawn([process.execPath, join(projectRoot, "examples/worker/worker.ts"), ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, COCOV_URL: url, COCOV_TOKEN: token, ...env },
    stdout: "pipe",
    stderr: "inherit",
  });
  afterAll(() => process_.kill("SIGKILL"));
  return {
    exited: process_.exited,
    output: new Response(process_.stdout).text(),
    kill: (signal) => process_.kill(signal),
  };
}

/** Stands between worker and platform, and holds back what it is told to. */
export interface Gate {
  readonly url: string;
  /** What has come so far, oldest first. */
  readonly requests: { readonly line: string; readonly body: string; readonly range: string | null }[];
  /** @returns when the first request whose line (`PUT /v1/…`) matches has come. It and all further ones wait for `open`. */
  hold(line: RegExp): Promise<void>;
  open(): void;
  /** Has the connection break in the middle of the next answers to such requests, each time after another half of what is left. */
  cut(line: RegExp, times: number): void;
}

/** Lets workers ask for shorter leases than the platform gives, so that they renew often. */
export function startGate(platform: string): Gate {
  let held: { line: RegExp; come: () => void; opened: Promise<void> } | undefined;
  let release: () => void = () => undefined;
  let broken: { line: RegExp; times: number } | undefined;
  const requests: Gate["requests"] = [];
  const server = Bun.serve({
    port: 0,
    idleTimeout: 120,
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      if (held?.line.test(`${request.method} ${pathname}`)) {
        held.come();
        await held.opened;
      }
      const body = await request.text();
      requests.push({ line: `${request.method} ${pathname}`, body, range: request.headers.get("range") });
      const answer = await fetch(`${platform}${pathname}${search}`, {
        method: request.method,
        headers: request.headers,
        ...(body === "" ? {} : { body: body.replace(/"duration":\d+/, '"duration":30') }),
        signal: request.signal,
      }).catch(() => new Response(null, { status: 502 }));
      if (!broken?.line.test(`${request.method} ${pathname}`) || broken.times === 0) return answer;
      broken.times -= 1;
      return await half(answer);
    },
  });
  afterAll(() => server.stop(true));
  return {
    url: server.url.origin,
    requests,
    hold(line) {
      const opened = Promise.withResolvers<void>();
      release = opened.resolve;
      return new Promise((come) => {
        held = { line, come, opened: opened.promise };
      });
    },
    open() {
      held = undefined;
      release();
    },
    cut(line, times) {
      broken = { line, times };
    },
  };
}

/** The same answer, whose connection breaks after half of it. */
async function half(answer: Response): Promise<Response> {
  const bytes = await answer.bytes();
  const parts = [bytes.slice(0, Math.ceil(bytes.length / 2))];
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const part = parts.shift();
      if (part) controller.enqueue(part);
      else {
        // What was enqueued has to be on its way before.
        await Bun.sleep(20);
        controller.error(new Error("cut"));
      }
    },
  });
  return new Response(body, { status: answer.status, headers: answer.headers });
}
