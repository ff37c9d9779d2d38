import type { Language } from "./grammar";
import { highlightLines } from "./highlight";

/** A text from its start, and which of its lines are wanted. */
export interface TextToHighlight {
  readonly text: string;
  readonly language: Language;
  /** 1-based. */
  readonly lines: readonly number[];
}

/** @returns each wanted line's HTML, in their order */
export default function highlight({ text, language, lines }: TextToHighlight): string[] {
  const html = highlightLines(text, language);
  return lines.map((line) => html[line - 1] ?? "");
}
