import { isIPv6 } from "node:net";

/**
 * What counts as one place that requests come from: of IPv6 the /64, since whoever has one address there has them all.
 * @param address as text, in any spelling; what isn't an address stands for itself
 */
export function networkOf(address: string): string {
  const [plain = ""] = address.split("%");
  if (!isIPv6(plain)) return address;
  // The URL standard has one spelling for each address.
  const canonical = new URL(`http://[${plain}]`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const first = head === "" ? [] : head.split(":");
  const last = tail ? tail.split(":") : [];
  const groups = [...first, ...Array<string>(Math.max(8 - first.length - last.length, 0)).fill("0"), ...last];
  const isIPv4 = groups.slice(0, 5).every((group) => group === "0") && groups[5] === "ffff";
  return isIPv4 ? canonical : `${groups.slice(0, 4).join(":")}::/64`;
}
