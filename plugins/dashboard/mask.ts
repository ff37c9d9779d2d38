/** Names under which something secret may be found, should somebody put it into a job. */
const secretName = /token|secret|password|passphrase|credential|authorization|cookie|private_?key|api_?key/i;
/** Tokens of this platform and of GitHub, credentials in headers and addresses, and private keys. */
const secretText =
  /\b(?:co[aps]|crt|cs[ap]|gh[opusr]|github_pat)_[A-Za-z0-9_]{8,}|\b(?:bearer|basic|token)\s+[A-Za-z0-9+/=._~-]{16,}|(?<=:\/\/)[^\s/@]+@|-----BEGIN [^-]*PRIVATE KEY-----[\s\S]*?(?:-----END [^-]*-----|$)/gi;

const mask = "[masked]";
/** Characters of one text, entries of one list, and levels that are shown. */
const bounds = { text: 500, entries: 50, depth: 5 };

/** @returns a text without what looks secret in it, and no longer than a page can bear */
export function maskedText(text: string, longest: number = bounds.text): string {
  const masked = text.replace(secretText, mask);
  return masked.length > longest ? `${masked.slice(0, longest).toWellFormed()}… (${masked.length} characters)` : masked;
}

/**
 * @returns a payload as operators may see it: payloads carry ids and nothing secret, and should somebody's plugin see that differently, it
 * isn't shown here either
 */
export function maskedPayload(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return maskedText(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= bounds.depth) return "…";
  if (Array.isArray(value)) {
    const shown = value.slice(0, bounds.entries).map((entry) => maskedPayload(entry, depth + 1));
    return value.length > shown.length ? [...shown, `… (${value.length} entries)`] : shown;
  }
  const entries = Object.entries(value);
  const shown = entries
    .slice(0, bounds.entries)
    .map(([name, own]) => [maskedText(name), secretName.test(name) && own !== null ? mask : maskedPayload(own, depth + 1)]);
  if (entries.length > shown.length) shown.push(["…", `(${entries.length} entries)`]);
  return Object.fromEntries(shown);
}
