/** Lines that wait to be written, as many as memory is set aside for. */
export interface WaitingLines {
  /** Takes a line, or counts it as lost when too many wait. */
  add(line: string): void;
  /** Whether there is something to take. */
  any(): boolean;
  /** @returns whole lines from the front, together no longer than `bytes` unless the first one is; empty when none wait */
  take(bytes: number): string;
}

/**
 * @param options.most characters that may wait; lines beyond are lost until half of them have gone
 * @param options.tellLost makes the line that says how many were lost, which takes their place
 */
export function createWaitingLines(options: { readonly most: number; tellLost(count: number): string }): WaitingLines {
  let lines: string[] = [];
  let first = 0;
  let length = 0;
  let lost = 0;

  function append(line: string): void {
    lines.push(line);
    length += line.length;
  }

  function tellLost(): void {
    if (lost === 0) return;
    append(options.tellLost(lost));
    lost = 0;
  }

  return {
    add(line) {
      if (length + line.length > options.most || (lost > 0 && length > options.most / 2)) {
        lost += 1;
        return;
      }
      tellLost();
      append(line);
    },
    any: () => first < lines.length || lost > 0,
    take(bytes) {
      if (first === lines.length) tellLost();
      let end = first;
      for (let taken = 0; end < lines.length; end++) {
        taken += Buffer.byteLength(lines[end] ?? "");
        if (taken > bytes && end > first) break;
      }
      const text = lines.slice(first, end).join("");
      length -= text.length;
      first = end;
      // Taken lines are let go of in large steps: each step copies those that still wait.
      if (first > 1000 || first === lines.length) {
        lines = lines.slice(first);
        first = 0;
      }
      return text;
    },
  };
}
