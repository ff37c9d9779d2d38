/** Where a bar is drawn. */
interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Shows how far something has come. */
export interface ProgressBar {
  /** @param total what `done` will be in the end, as far as that is known */
  show(what: string, done: number, total: number): void;
  /** Takes the bar away. */
  clear(): void;
}

/** Milliseconds between two pictures on a terminal, and between two lines elsewhere. */
const rates = { terminal: 100, elsewhere: 5000 } as const;
const width = 24;

/**
 * Draws a bar on a terminal; elsewhere it tells a line now and then.
 * @param tell what a command gets as `progress`
 */
export function progressBar(tell: (line: string) => void, terminal: Terminal = process.stderr): ProgressBar {
  const drawn = terminal.isTTY === true && process.env.TERM !== "dumb";
  let last = Date.now();
  return {
    show(what, done, total) {
      const now = Date.now();
      if (done < total && now - last < (drawn ? rates.terminal : rates.elsewhere)) return;
      last = now;
      const share = total > 0 ? Math.min(done / total, 1) : 1;
      const figures = `${Math.floor(share * 100)}% (${done} of ${Math.max(done, total)})`;
      if (!drawn) {
        if (done < total) tell(`${what}: ${figures}`);
        return;
      }
      const full = Math.round(share * width);
      const line = `[${"#".repeat(full)}${".".repeat(width - full)}] ${figures} ${what}`;
      terminal.write(`\r\x1b[K${line.slice(0, (terminal.columns ?? 80) - 1)}`);
    },
    clear() {
      if (drawn) terminal.write("\r\x1b[K");
    },
  };
}
