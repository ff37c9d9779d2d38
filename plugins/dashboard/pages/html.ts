/** Text that is HTML already: made by {@link html}, and by nothing else. */
export class Html {
  constructor(readonly text: string) {}
}

/** What may stand in a template: texts and numbers are escaped, `null` and `false` are nothing. */
export type Part = Html | string | number | null | false | readonly Part[];

/**
 * Makes HTML of a template; whatever is put into it is escaped unless it is HTML itself. Attributes need their quotes.
 * @example html`<a href="${address}">${name}</a>`
 */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(texts.map((text, index) => text + (index < parts.length ? rendered(parts[index] ?? null) : "")).join(""));
}

function rendered(part: Part): string {
  if (part === null || part === false) return "";
  if (part instanceof Html) return part.text;
  return typeof part === "object" ? part.map(rendered).join("") : Bun.escapeHTML(String(part));
}
