/** The part of `fetch` that Octokit uses. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * A `fetch` that gives up. The limit holds for each attempt, from sending to the body's last byte, but not for the time a request
 * spends in a queue before. The body is read here, because Octokit takes one that breaks off for an empty one.
 * @param timeoutMs for the whole exchange
 * @returns a function that rejects with a `TimeoutError`, or with the reason of `init.signal`
 */
export function timedFetch(timeoutMs: number): Fetch {
  return async (url, init) => {
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
    const response = await fetch(url, { ...init, signal });
    const body = await response.arrayBuffer();
    const { status, statusText, headers } = response;
    return new Response(withoutBody.has(status) ? null : body, { status, statusText, headers });
  };
}

/** Statuses for which `Response` takes no body. */
const withoutBody = new Set([101, 204, 205, 304]);
