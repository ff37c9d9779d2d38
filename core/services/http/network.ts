import { isIP } from "node:net";
import { type ProxyTrust, trustedProxies } from "./trusted-proxies";

/** How a request reached this process, where that differs from what the `Request` object says. */
export interface Arrival {
  readonly url: string;
  readonly address: string;
}

/** Tells where requests come from and which address their callers used. */
export interface Network {
  /** The caller's address, through trusted proxies. */
  address(request: Request): string;
  /** The request's address as the caller saw it, through trusted proxies. */
  url(request: Request): URL;
  /** The same as text, made without a `URL` object where possible. */
  href(request: Request): string;
  /** The address at the other end of the connection, whether proxy or caller. */
  peer(request: Request): string;
  /** Notes the arrival of a request whose object has been replaced, or that came without a connection. */
  note(request: Request, arrival: Arrival): void;
}

/**
 * @param trust whose `X-Forwarded-For`, `-Proto` and `-Host` are believed
 * @param peerAddress the address at the other end of a request's connection; empty when it has none
 */
export function createNetwork(trust: ProxyTrust, peerAddress: (request: Request) => string): Network {
  const isTrusted = trustedProxies(trust);
  const trustsAnyone = trust === true || (Array.isArray(trust) && trust.length > 0);
  const arrivals = new WeakMap<Request, Arrival>();
  const peer = (request: Request) => plainAddress(arrivals.get(request)?.address ?? peerAddress(request));
  const seen = (request: Request) => absolute(arrivals.get(request)?.url ?? request.url);
  const behindProxy = (request: Request) => trustsAnyone && isTrusted(peer(request));
  return {
    peer,
    address(request) {
      const direct = peer(request);
      if (!trustsAnyone || !isTrusted(direct)) return direct;
      return forwardedFor(request.headers.get("x-forwarded-for"), direct, isTrusted);
    },
    url: (request) => (behindProxy(request) ? forwardedUrl(seen(request), request.headers) : new URL(seen(request))),
    href: (request) => (behindProxy(request) ? forwardedUrl(seen(request), request.headers).href : seen(request)),
    note: (request, arrival) => void arrivals.set(request, arrival),
  };
}

function forwardedUrl(href: string, headers: Headers): URL {
  const url = new URL(href);
  const scheme = firstOf(headers.get("x-forwarded-proto")).toLowerCase();
  const host = firstOf(headers.get("x-forwarded-host"));
  const origin = `${/^https?$/.test(scheme) ? `${scheme}:` : url.protocol}//${isHost(host) ? host : url.host}`;
  return URL.canParse(origin) ? new URL(url.pathname + url.search, origin) : url;
}

const isHost = (text: string): boolean => /^[A-Za-z0-9.\-_[\]:]{1,255}$/.test(text);
const absolute = (url: string): string => (url.startsWith("/") ? `http://localhost${url}` : url);
const firstOf = (header: string | null): string => (header ?? "").split(",", 1).join("").trim();

/** A dual-stack socket writes IPv4 addresses as `::ffff:10.0.0.1`. */
const plainAddress = (address: string): string => (address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address);

/** Each proxy appends whom it heard from, so the last address that isn't a trusted proxy's is the caller's. */
function forwardedFor(header: string | null, direct: string, isTrusted: (address: string) => boolean): string {
  let caller = direct;
  for (const entry of (header ?? "").split(",").reverse()) {
    const address = withoutPort(entry.trim());
    if (isIP(address) === 0) break;
    caller = plainAddress(address);
    if (!isTrusted(caller)) break;
  }
  return caller;
}

function withoutPort(entry: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(entry);
  return bracketed?.[1] ?? entry.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1");
}
