/** The platform said no, and would say so again. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export interface CallOptions {
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** For the whole answer. Longer than the platform lets a caller wait for a job. */
  readonly seconds?: number;
}

export interface Client {
  /**
   * Sends a request, and repeats it while the platform can't be reached or answers with an error of its own: reports may arrive
   * twice without harm.
   * @param target a path, or an address that the platform gave
   * @throws Refusal for what repeating doesn't mend; the last error after ten attempts; the signal's reason when it aborts
   */
  call(method: string, target: string, options?: CallOptions): Promise<Response>;
}

const attempts = 10;

/**
 * @param base the platform's address, e.g. `https://cocov.example.org`
 * @param token a service token, `cos_…`
 */
export function createClient(base: string, token: string): Client {
  return {
    async call(method, target, { body, headers = {}, signal = new AbortController().signal, seconds: patience = 120 } = {}) {
      for (let attempt = 1; ; attempt += 1) {
        signal.throwIfAborted();
        const outcome = await fetch(target.startsWith("/") ? base.replace(/\/$/, "") + target : target, {
          method,
          headers: {
            authorization: `bearer ${token}`,
            accept: "application/json",
            ...headers,
            ...(body === undefined ? {} : { "content-type": "application/json" }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          signal: AbortSignal.any([signal, AbortSignal.timeout(patience * 1000)]),
        }).catch((error: unknown) => error);
        if (outcome instanceof Response && outcome.ok) return outcome;
        const failure = outcome instanceof Response ? await refusal(outcome) : outcome;
        if (attempt === attempts || (failure instanceof Refusal && !mayPass(failure.status))) throw failure;
        // 1, 2, 4 … 60 seconds, spread out: many workers notice the same outage.
        const seconds = Math.min(2 ** (attempt - 1), 60) * (0.8 + Math.random() * 0.4);
        await pause(Number(outcome instanceof Response && outcome.headers.get("retry-after")) || seconds, signal);
      }
    },
  };
}

/** Errors of the platform itself, or of something before it. */
const mayPass = (status: number): boolean => status >= 500 || status === 408 || status === 429;

async function refusal(answer: Response): Promise<Refusal> {
  const text = await answer.text();
  const { code, message } = text.startsWith("{") ? JSON.parse(text) : { code: "unknown", message: text };
  return new Refusal(answer.status, code, `${answer.status} ${code}: ${message}`);
}

/** Waits, no longer than until the signal aborts. */
export function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, seconds * 1000);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
