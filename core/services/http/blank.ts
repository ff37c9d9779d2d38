/** @returns whether a value counts as not given: absent, null, `false`, white space, an empty list or object */
export function isBlank(value: unknown): boolean {
  if (typeof value === "string") return value.trim() === "";
  if (typeof value !== "object") return value === undefined || value === false;
  if (value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  for (const _key in value) return false;
  return true;
}
