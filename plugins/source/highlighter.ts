import { type BoundedWork, defineBoundedTask, type Logger } from "../../core";
import { escapeHtml } from "./escape-html";
import type { ShownLine } from "./file-lines";
import { defaultLimits } from "./highlight";
import { detectLanguage } from "./language";
import { decodeUtf8 } from "./lines";
import type { PickedLine, PickedLines } from "./pick-lines";

/** Lines as they are shown. `final`: nothing was left plain that might look better another time. */
export interface Highlighted {
  readonly lines: ReadonlyMap<number, ShownLine>;
  readonly final: boolean;
}

/** Highlights the lines picked from one file after the other. What its time doesn't suffice for is plain. */
export type Highlighter = (path: string, picked: PickedLines) => Promise<Highlighted>;

/** A grammar that never comes to an end is broken off; one that is merely slow stops by itself before. */
const highlightTask = defineBoundedTask<typeof import("./highlight-task")>({
  module: import.meta.resolve("./highlight-task.ts"),
  timeoutMs: 1_500,
});

/** Bytes of the first line that may name a language. */
const firstLineBytes = 256;

/**
 * @param owner whose files these are
 * @param budgetMs for all files together
 */
export function createHighlighter(parts: {
  boundedWork: BoundedWork;
  log: Logger;
  owner: string;
  budgetMs: number;
}): Highlighter {
  const { boundedWork, log, owner } = parts;
  let left = parts.budgetMs;

  return async (path, { lines, read, lineCount }) => {
    const language = detectLanguage(path, firstLine(read));
    const plain = new Map([...lines].map(([line, picked]) => [line, plainLine(picked)]));
    const wanted = [...lines].filter(([, { cut, text }]) => !cut && text !== "").map(([line]) => line);
    const tooMuch = read.byteLength > defaultLimits.maxLength || lineCount > defaultLimits.maxLines;
    if (language === null || wanted.length === 0 || tooMuch) return { lines: plain, final: true };
    if (left <= 0) return { lines: plain, final: false };
    const started = performance.now();
    const input = { text: decodeUtf8(read), language, lines: wanted };
    const outcome = await boundedWork
      .run(highlightTask, input, { owner, waitMs: left })
      .catch((error: unknown) => void log.error({ err: error, language }, "a file couldn't be highlighted"));
    left -= performance.now() - started;
    if (outcome?.kind !== "done") return { lines: plain, final: outcome?.kind !== "busy" };
    for (const [index, line] of wanted.entries()) {
      const shown = plain.get(line);
      if (shown) plain.set(line, { ...shown, html: outcome.output[index] ?? shown.html });
    }
    return { lines: plain, final: true };
  };
}

function firstLine(text: Uint8Array): string {
  const start = text.subarray(0, firstLineBytes);
  const end = start.indexOf(10);
  return decodeUtf8(end < 0 ? start : start.subarray(0, end));
}

function plainLine({ text, cut }: PickedLine): ShownLine {
  return { html: escapeHtml(text), padding: text.slice(0, text.length - text.trimStart().length), cut };
}
