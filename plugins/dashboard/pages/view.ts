import { type Html, html } from "./html";

/** What all pages are made with. */
export interface View {
  /** Path of the panel, without a slash at the end. */
  readonly base: string;
  /** What its forms carry. */
  readonly formToken: string;
  /** The address of the page itself, to come back to after an act. */
  readonly here: string;
  readonly now: Date;
}

/** @param parameters those that are undefined are left out */
export function address({ base }: View, page: string, parameters: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const query = new URLSearchParams(given).toString();
  return `${base}${page}${query === "" ? "" : `?${query}`}`;
}

interface Button {
  readonly act: string;
  readonly label: string;
  readonly fields: Readonly<Record<string, string>>;
  /** What has to be confirmed first, in words. */
  readonly confirm?: string;
}

/** @returns a button that does something; it works without scripts */
export function button(view: View, { act, label, fields, confirm }: Button): Html {
  const hidden = { form_token: view.formToken, back: view.here, act, ...fields };
  const inputs = Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
  const form = (text: string, style: string) =>
    html`<form method="post" action="${view.base}/act">${inputs}<button class="${style}">${text}</button></form>`;
  if (confirm === undefined) return form(label, "act");
  return html`<details class="confirm"><summary>${label}…</summary><div><p>${confirm}</p>${form(label, "act danger")}</div></details>`;
}

/** @returns a number as people read it */
export const number = (value: number): string => value.toLocaleString("en-GB");

/** @returns so many seconds in a word or two: `3 min`, `2 h` */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.max(0, Math.round(seconds * 1000))} ms`;
  const [, size, unit] = units.find(([below]) => seconds < below) ?? longest;
  return `${Math.floor(seconds / size)} ${unit}`;
}

const longest = [Number.POSITIVE_INFINITY, 86_400, "d"] as const;
const units = [[120, 1, "s"], [7_200, 60, "min"], [172_800, 3_600, "h"], longest] as const;

/** @returns a moment, as far from now as it is */
export function moment({ now }: View, at: Date | null): Html {
  if (at === null) return html`<span class="none">–</span>`;
  const seconds = (at.getTime() - now.getTime()) / 1000;
  const away = Math.abs(seconds) < 1 ? "now" : seconds < 0 ? `${duration(-seconds)} ago` : `in ${duration(seconds)}`;
  return html`<time datetime="${at.toISOString()}" title="${at.toISOString()}">${away}</time>`;
}
