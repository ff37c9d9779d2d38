/** What a value from a plugin has to be: plugins may be written without types. */
export interface Form {
  readonly fits: (value: unknown) => boolean;
  /** What it has to be, in words: `a list of what route() returns`. */
  readonly words: string;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

export function isText(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "";
}

/** @returns whether a value is a list of objects that have all these properties */
export function listOf(...properties: readonly string[]): (value: unknown) => boolean {
  return (value) =>
    Array.isArray(value) && value.every((entry) => isRecord(entry) && properties.every((property) => property in entry));
}
