/**
 * What tells two states of an answer apart (https://www.rfc-editor.org/rfc/rfc9110#name-etag):
 * - `body`: the bytes of the answer. Saves the transfer, not the work.
 * - a function that gives a version, such as the newest `updated_at` of what is shown: runs after the guards and parameters and before
 *   the handler, which is left out when the client has this version. It must change with all that the answer shows, the caller included;
 *   null when there is no telling.
 */
export type EntityTag<Context> = "body" | ((context: Context) => Promise<string | null> | string | null);

/** @returns a weak tag: alike for every process that runs the same release */
export const tagOf = (version: string): string => `W/"${Bun.hash(version).toString(36)}"`;

/** @returns whether the client has what the tag stands for; weak comparison, as RFC 9110 asks for here */
export function hasTag(request: Request, tag: string): boolean {
  const header = request.headers.get("if-none-match");
  if (header === null) return false;
  return header.split(",").some((listed) => listed.trim() === "*" || opaque(listed.trim()) === opaque(tag));
}

const opaque = (tag: string): string => tag.replace(/^W\//, "");

/** Answers may depend on who asks, and are asked about each time. */
export const taggedHeaders = (tag: string): Record<string, string> => ({
  etag: tag,
  "cache-control": "private, no-cache",
  vary: "authorization",
});
