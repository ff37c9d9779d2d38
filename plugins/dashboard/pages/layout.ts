import type { ActOutcome } from "../acts";
import { type Html, html } from "./html";
import { address, type View } from "./view";

const notices: Readonly<Record<ActOutcome, string>> = {
  retried: "The job has all its attempts again.",
  deleted: "The job has been deleted.",
  promoted: "The job is due now.",
  paused: "No further job of that name starts until it is resumed.",
  resumed: "Jobs of that name start again.",
  retried_all: "All dead jobs of that name have their attempts again.",
  deleted_all: "All dead jobs of that name have been deleted.",
  some_left: "That was done to 1,000 jobs. More may be left: do it again.",
  not_possible: "Nothing was done: the job has ended, runs, or stands differently by now.",
};

const isNotice = (name: string): name is ActOutcome => Object.hasOwn(notices, name);

interface Page {
  readonly title: string;
  /** Which entry of the menu it belongs to. */
  readonly current?: "overview" | "list" | "schedules";
  /** Outcome of an act, as the address says. */
  readonly notice?: string | null;
  readonly content: Html;
}

/** @returns a whole page */
export function layout(view: View, { title, current, notice, content }: Page): Html {
  const entry = (name: Page["current"], page: string, label: string) =>
    html`<a href="${address(view, page)}"${name === current && html` aria-current="page"`}>${label}</a>`;
  const told = notice && isNotice(notice) ? notices[notice] : null;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Cocov jobs</title>
<link rel="stylesheet" href="${view.base}/style.css">
<link rel="icon" type="image/svg+xml" href="${view.base}/icon.svg">
</head>
<body>
<header><strong>Cocov jobs</strong><nav>${entry("overview", "", "Overview")}${entry("list", "/list", "Jobs")}${entry("schedules", "/schedules", "Schedules")}</nav>
<span class="made">as of ${view.now.toISOString().slice(11, 19)} UTC · <a href="${view.here}">reload</a></span></header>
<main>
${told && html`<p class="notice" role="status">${told}</p>`}
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`;
}
