/** Where the demo prints: lines that stay and, on a terminal, one below them that moves. */
export interface Terminal {
  readonly columns: number;
  line(text?: string): void;
  /** Shows a line that the next one replaces; nothing where output isn't a terminal. */
  live(text: string): void;
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
}

/** For output that isn't a terminal. */
const plainColumns = 140;

export function openTerminal(out: NodeJS.WriteStream, env: Readonly<Record<string, string | undefined>>): Terminal {
  const moves = out.isTTY === true && env.TERM !== "dumb";
  const coloured = moves && !env.NO_COLOR;
  const style = (on: number, off: number) => (text: string) => (coloured ? `\x1b[${on}m${text}\x1b[${off}m` : text);
  const clear = () => (moves ? "\r\x1b[2K" : "");
  return {
    get columns() {
      return moves ? out.columns || plainColumns : plainColumns;
    },
    line: (text = "") => void out.write(`${clear()}${text}\n`),
    live: (text) => void (moves && out.write(`${clear()}${cut(text, (out.columns || 80) - 1)}`)),
    bold: style(1, 22),
    dim: style(2, 22),
    green: style(32, 39),
    red: style(31, 39),
    yellow: style(33, 39),
  };
}

/** @returns the text in so many columns, with `…` where it goes on */
export function cut(text: string, columns: number): string {
  return text.length > columns ? `${text.slice(0, Math.max(columns - 1, 0))}…` : text;
}

/** @returns text from elsewhere on one line, with nothing in it that a terminal would obey */
export function printable(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}
