/**
 * @param origins the only ones accepted; none: any
 * @returns whether a sign-in may come back to this address: an absolute http(s) URL without blanks, control characters, credentials and
 * backslashes, which browsers and others read differently
 */
export function isRedirectTarget(address: string, origins: readonly string[]): boolean {
  const authority = /^https?:\/\/([^/?#]+)/i.exec(address)?.[1];
  if (authority === undefined || authority.includes("@")) return false;
  if (/[\p{Cc}\s\\]/u.test(address) || !URL.canParse(address)) return false;
  return origins.length === 0 || origins.some((origin) => originOf(origin) === new URL(address).origin);
}

/** @returns the origin that an entry of the setting names; null when it is none */
export function originOf(entry: string): string | null {
  if (!/^https?:\/\/[^*]+$/i.test(entry) || !URL.canParse(entry)) return null;
  const { origin, href, username, password } = new URL(entry);
  return href === `${origin}/` && username === "" && password === "" ? origin : null;
}

/**
 * @returns the address with `exchange_token` added to its query, in place of one that is there already; the rest of it stays as it
 * was written
 */
export function withExchangeToken(address: string, exchangeToken: string): string {
  const [beforeHash = "", ...hash] = address.split("#");
  const [beforeQuery = "", ...query] = beforeHash.split("?");
  const kept = query
    .join("?")
    .split("&")
    .filter((pair) => pair !== "" && !new URLSearchParams(`?${pair}`).has("exchange_token"));
  return [`${beforeQuery}?${[...kept, `exchange_token=${exchangeToken}`].join("&")}`, ...hash].join("#");
}
