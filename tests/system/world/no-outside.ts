// Preloaded into a server: notes in the file OUTSIDE_LOG who is asked for or connected to outside of this machine, and refuses it.

import dns from "node:dns";
import { appendFileSync } from "node:fs";
import net from "node:net";

const log = process.env.OUTSIDE_LOG ?? "";
const isHere = (host: string): boolean => /^(localhost|127(\.\d+){3}|\[?::1\]?|0\.0\.0\.0)$/.test(host);

function refuse(what: string, host: string): void {
  if (host === "" || isHere(host)) return;
  appendFileSync(log, `${what} ${host}\n`);
  throw new Error(`${host} is outside`);
}

const usualFetch = globalThis.fetch;
globalThis.fetch = Object.assign(
  (...[input, init]: Parameters<typeof fetch>) => {
    const url = URL.parse(input instanceof Request ? input.url : String(input));
    refuse("fetch", url?.hostname ?? "");
    return usualFetch(input, init);
  },
  { preconnect: usualFetch.preconnect },
);

const usualConnect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function connect(this: net.Socket, ...given: unknown[]) {
  const [first, second] = Array.isArray(given[0]) ? given[0] : given;
  const host = typeof first === "object" && first !== null && "host" in first ? first.host : second;
  if (typeof host === "string" && !host.startsWith("/")) refuse("connect", host);
  return Reflect.apply(usualConnect, this, given);
};

for (const name of ["lookup", "resolve", "resolve4", "resolve6"] as const) {
  for (const module of [dns, dns.promises]) {
    const usual: unknown = Reflect.get(module, name);
    if (typeof usual !== "function") continue;
    Reflect.set(module, name, (host: string, ...more: unknown[]) => {
      refuse("resolve", host);
      return Reflect.apply(usual, module, [host, ...more]);
    });
  }
}
