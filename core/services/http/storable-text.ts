/**
 * PostgreSQL stores neither U+0000 in texts nor half of a surrogate pair in JSON, so no text that has them is let in.
 *
 * @returns whether a text is free of both
 */
export const isStorableText = (text: string): boolean => !text.includes("\0") && text.isWellFormed();

/** @returns the text with U+FFFD in place of what can't be stored */
export const storableText = (text: string): string => text.toWellFormed().replaceAll("\0", "\uFFFD");

/** @returns whether every key and text in a JSON value is storable. Doesn't recurse, so no depth is too deep. */
export function isStorable(root: unknown): boolean {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === "string" && !isStorableText(value)) return false;
    if (typeof value !== "object" || value === null) continue;
    for (const [key, inner] of Object.entries(value)) {
      if (!isStorableText(key)) return false;
      open.push(inner);
    }
  }
  return true;
}
