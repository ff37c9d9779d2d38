/**
 * Whether an error is the fault of what was to be stored, so that trying again is vain: PostgreSQL refuses the text, its length or
 * its number (SQLSTATE classes 22 and 54), or takes two names for one (23505); or JavaScript can't make a text as long.
 */
export function isUnstorable(error: unknown): boolean {
  if (error instanceof RangeError) return true;
  return (
    error instanceof Error && "code" in error && typeof error.code === "string" && /^(22...|54...|23505)$/.test(error.code)
  );
}
