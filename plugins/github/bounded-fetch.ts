import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { UntrustedAnswer } from "./untrusted-answer";

/** The part of `fetch` that Octokit uses. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Bytes an answer may have, packed and unpacked. */
const largestAnswer = 64 * 1024 * 1024;
const mostRedirects = 5;

/**
 * A `fetch` that trusts a server no further than it must. Requests carry credentials, so they go to one origin only, whatever page
 * links and redirects say; redirects are followed within it, where that changes nothing but the address. Answers are read up to
 * {@link largestAnswer}, and given up after a time that holds for the whole exchange, from sending to the body's last byte, but not for
 * the time a request spends in a queue before. The body is read here, because Octokit takes one that breaks off for an empty one.
 *
 * @param options.baseUrl whatever is of another origin isn't asked
 * @param options.timeoutMs for each attempt
 * @returns a function that rejects with a `TimeoutError`, with the reason of `init.signal`, or with an {@link UntrustedAnswer}
 */
export function boundedFetch({ baseUrl, timeoutMs }: { readonly baseUrl: string; readonly timeoutMs: number }): Fetch {
  const { origin } = new URL(baseUrl);
  return async (url, init) => {
    const timeout = AbortSignal.timeout(timeoutMs);
    const oversize = new AbortController();
    const signals = [timeout, oversize.signal, ...(init.signal ? [init.signal] : [])];
    const response = await ask(origin, url, { ...init, signal: AbortSignal.any(signals) });
    try {
      const body = await unpacked(response);
      const { status, statusText } = response;
      const headers = new Headers(response.headers);
      headers.delete("content-encoding");
      headers.delete("content-length");
      return new Response(withoutBody.has(status) ? null : body, { status, statusText, headers });
    } catch (error) {
      oversize.abort();
      throw error;
    }
  };
}

/** Statuses for which `Response` takes no body. */
const withoutBody = new Set([101, 204, 205, 304]);
const redirects = new Set([301, 302, 303, 307, 308]);

/** Asks, and asks again where redirects within the origin lead. */
async function ask(origin: string, url: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("accept-encoding", "gzip");
  let target = within(origin, url, url);
  for (let hops = 0; ; hops++) {
    // Bun would unpack whole chunks, however large they become.
    const response = await fetch(target, { ...init, headers, redirect: "manual", decompress: false });
    if (!redirects.has(response.status)) return response;
    await response.body?.cancel();
    if (hops >= mostRedirects) throw new UntrustedAnswer(`GitHub redirects more than ${mostRedirects} times`);
    target = within(origin, response.headers.get("location") ?? "", target);
    // Clients turn a redirected write into a read, which would do something else.
    if (response.status <= 303 && init.method !== "GET" && init.method !== "HEAD") {
      throw new UntrustedAnswer(`GitHub redirects a ${init.method ?? "GET"} with ${response.status}, which isn't followed`);
    }
  }
}

/** @throws Error when an address, which may be relative to another one, isn't of the origin or has credentials in it */
function within(origin: string, address: string, base: string): string {
  if (!URL.canParse(address, base)) throw new UntrustedAnswer("GitHub leads to something that is no address");
  const url = new URL(address, base);
  if (url.origin === origin && url.username === "" && url.password === "") return url.href;
  throw new UntrustedAnswer(`GitHub leads from ${origin} to another origin, ${url.origin}, where nothing is asked`);
}

const unpack = promisify<Uint8Array, { maxOutputLength: number }, Buffer<ArrayBuffer>>(gunzip);

async function unpacked(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const packed = await wholeBody(response);
  const encoding = response.headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (packed.length === 0 || encoding === "identity" || encoding === "") return packed;
  if (encoding !== "gzip") throw new UntrustedAnswer(`GitHub's answer is encoded as ${encoding}; only gzip was asked for`);
  try {
    return await unpack(packed, { maxOutputLength: largestAnswer });
  } catch (error) {
    throw error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE" ? tooLarge() : error;
  }
}

async function wholeBody(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(response.headers.get("content-length")) > largestAnswer) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > largestAnswer) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

const tooLarge = () => new UntrustedAnswer(`GitHub's answer has more than ${largestAnswer} bytes`);
