/**
 * Said with pages: what they load and ask comes from this server only, nothing in them runs that isn't a file of its own, they stand in
 * nobody's frame, and tell nobody where somebody came from.
 */
export const pageHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};
