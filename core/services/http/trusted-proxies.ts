import { BlockList, isIP } from "node:net";

/** Whose `X-Forwarded-*` headers are believed: everybody's, nobody's, or those of addresses and CIDR ranges. */
export type ProxyTrust = boolean | readonly string[];

/**
 * @returns a test for the addresses of trusted proxies
 * @throws Error when an entry is neither an address nor a CIDR range
 */
export function trustedProxies(trust: ProxyTrust): (address: string) => boolean {
  if (typeof trust === "boolean") return () => trust;
  const list = new BlockList();
  for (const entry of trust) addEntry(list, entry.trim());
  return (address) => {
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 4 ? "ipv4" : "ipv6");
  };
}

/** @returns whether an entry is an address or a CIDR range such as `10.0.0.0/8` */
export function isProxyRange(entry: string): boolean {
  const [network = "", prefix, ...rest] = entry.split("/");
  const family = isIP(network);
  const fits = prefix === undefined || (/^\d+$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
  return family !== 0 && fits && rest.length === 0;
}

function addEntry(list: BlockList, entry: string): void {
  if (!isProxyRange(entry)) {
    throw new Error(`trustProxy: "${entry}" is neither an address nor a CIDR range such as 10.0.0.0/8`);
  }
  const [network = "", prefix] = entry.split("/");
  const type = isIP(network) === 4 ? "ipv4" : "ipv6";
  if (prefix === undefined) list.addAddress(network, type);
  else list.addSubnet(network, Number(prefix), type);
}
