/** Bytes after which memory is collected: seldom enough to cost little. */
const often = 32 * 1024 * 1024;

let passed = 0;

/**
 * Notes that so many bytes have been worked on and are let go of. Left to itself, the collector lets several times as much wait, since bytes
 * aren't on its own heap: many large uploads would take much more memory than what is in use.
 */
export function letGo(bytes: number): void {
  passed += bytes;
  if (passed < often) return;
  passed = 0;
  Bun.gc(true);
}
