/** @returns whether a sign-in may come back to this address: an absolute http(s) URL */
export function isRedirectTarget(address: string): boolean {
  return /^https?:\/\/[^/\\?#]/i.test(address) && URL.canParse(address);
}

/** @returns the address with `exchange_token` added to its query; the rest of it stays as it was written */
export function withExchangeToken(address: string, exchangeToken: string): string {
  const [beforeHash = "", ...hash] = address.split("#");
  const joint = !beforeHash.includes("?") ? "?" : /[?&]$/.test(beforeHash) ? "" : "&";
  return [`${beforeHash}${joint}exchange_token=${exchangeToken}`, ...hash].join("#");
}
