/** @returns whether a sign-in may come back to this address: an absolute http(s) URL without blanks and control characters */
export function isRedirectTarget(address: string): boolean {
  return /^https?:\/\/[^/\\?#]/i.test(address) && !/[\p{Cc}\s]/u.test(address) && URL.canParse(address);
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
    .filter((pair) => pair !== "" && !new URLSearchParams(pair).has("exchange_token"));
  return [`${beforeQuery}?${[...kept, `exchange_token=${exchangeToken}`].join("&")}`, ...hash].join("#");
}
