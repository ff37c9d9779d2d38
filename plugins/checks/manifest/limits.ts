/** What a manifest may hold at most. Containers, pages and the database take far less well what is beyond. */
export const limits = {
  bytes: 1024 * 1024,
  checks: 1_000,
  /** Of a check, or of the defaults, as written. */
  mounts: 100,
  envs: 1_000,
  patterns: 1_000,
  patternCharacters: 512,
  /** Of a plugin's image reference. */
  pluginCharacters: 255,
  /** Of a variable's name, and of its value. */
  variableBytes: 32 * 1024,
} as const;

/** @returns whether a text has more characters (code points) than that */
export function longerThan(text: string, characters: number): boolean {
  if (text.length <= characters) return false;
  return text.length > 2 * characters || Array.from(text).length > characters;
}
