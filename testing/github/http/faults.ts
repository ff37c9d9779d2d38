import type { Reply } from "./listener";
import type { RequestRecord } from "./request-log";

/** What goes wrong, and for which requests. */
export type Fault = {
  /**
   * A glob on the path as the request log shows it (one star stays within a segment, two cross slashes), or a test.
   * Default: every request.
   */
  match?: string | RegExp | ((request: RequestRecord) => boolean);
  /** HTTP method. Default: any. */
  method?: string;
  /** How many requests fail; then the fault is over. Default: all, until `clear`. */
  times?: number;
  /** Waits so long first. With nothing else named, the request is then answered as usual. */
  delayMs?: number;
  /** Answers with this status. Default, with nothing else named: 500. */
  status?: number;
  headers?: Record<string, string>;
  /** A function makes one that has no end, or isn't known beforehand. */
  body?: string | Uint8Array<ArrayBuffer> | (() => ReadableStream<Uint8Array<ArrayBuffer>>);
  /** Answers as usual, with what is true when the request comes, but not before this resolves. */
  heldUntil?: Promise<unknown>;
  /** Never answers. */
  hang?: boolean;
  /** Closes the connection without an answer; with `after handling`, the request has taken effect. */
  dropConnection?: boolean | "after handling";
  /** Answers as usual, but closes the connection after so many bytes of the body. */
  cutAfterBytes?: number;
};

/** A fault that was switched on. */
export type ActiveFault = {
  /** @returns how many requests it has hit */
  hits(): number;
  clear(): void;
};

/** The faults of one stand-in. */
export type Faults = {
  add(fault: Fault): ActiveFault;
  clear(): void;
  /** @param answer gives the usual answer */
  apply(request: RequestRecord, answer: () => Promise<Response>): Promise<Reply>;
};

export function createFaults(): Faults {
  const active = new Set<{ fault: Fault; hits: number }>();
  return {
    add(fault) {
      const entry = { fault, hits: 0 };
      active.add(entry);
      return { hits: () => entry.hits, clear: () => void active.delete(entry) };
    },
    clear: () => active.clear(),
    async apply(request, answer) {
      for (const entry of active) {
        if (!concerns(entry.fault, request)) continue;
        entry.hits += 1;
        if (entry.hits >= (entry.fault.times ?? Number.POSITIVE_INFINITY)) active.delete(entry);
        return suffer(entry.fault, answer);
      }
      return answer();
    },
  };
}

function concerns({ match, method }: Fault, request: RequestRecord): boolean {
  if (method !== undefined && method !== request.method) return false;
  if (match === undefined) return true;
  if (typeof match === "string") return new Bun.Glob(match).match(request.path);
  return match instanceof RegExp ? match.test(request.path) : match(request);
}

async function suffer(fault: Fault, answer: () => Promise<Response>): Promise<Reply> {
  if (fault.delayMs !== undefined) await Bun.sleep(fault.delayMs);
  if (fault.heldUntil !== undefined) {
    const answered = await answer();
    await fault.heldUntil;
    return answered;
  }
  if (fault.hang) return "hang";
  if (fault.dropConnection === "after handling") await answer();
  if (fault.dropConnection) return "drop";
  if (fault.cutAfterBytes !== undefined) return { response: await answer(), cutAfter: fault.cutAfterBytes };
  if (fault.status === undefined && fault.delayMs !== undefined) return answer();
  const body = (typeof fault.body === "function" ? fault.body() : fault.body) ?? JSON.stringify({ message: "Server Error" });
  return new Response(body, {
    status: fault.status ?? 500,
    headers: { "content-type": "application/json; charset=utf-8", ...fault.headers },
  });
}
