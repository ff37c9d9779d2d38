import type { JobCount, JobKind, JobState } from "../../../core";
import { type Html, html } from "./html";
import { address, button, duration, number, type View } from "./view";

export interface Overview {
  readonly kinds: readonly JobKind[];
  readonly counts: readonly JobCount[];
  readonly paused: ReadonlySet<string>;
}

const shown = ["waiting", "running", "delayed", "dead"] as const satisfies readonly JobState[];

/** @returns the depth of the ledger, and each name of jobs; those that have none are folded away */
export function overviewContent(view: View, { kinds, counts, paused }: Overview): Html {
  const total = (state: JobState) => sum(counts.filter((count) => count.state === state));
  const failed = counts.reduce((all, count) => all + (count.state === "dead" ? 0 : count.failed), 0);
  const oldest = Math.max(0, ...counts.filter(({ state }) => state === "waiting").map((count) => count.oldestAgeSeconds));
  const tile = (label: string, value: string, href: string, style: string | false = false) =>
    html`<a class="tile ${style}" href="${href}"><span>${label}</span><b>${value}</b></a>`;
  const rows = rowsOf({ kinds, counts });
  const idle = rows.filter(isIdle);
  const busy = rows.filter((row) => !isIdle(row));
  return html`
<section class="tiles">
${shown.map((state) => tile(state, number(total(state)), address(view, "/list", { state }), total(state) > 0 && state))}
${tile("failed, tried again", number(failed), address(view, "/list", { failed: "1" }), failed > 0 && "delayed")}
${tile("oldest waiting for", oldest === 0 ? "–" : duration(oldest), address(view, "/list", { state: "waiting" }))}
</section>
${busy.length > 0 ? table(busy) : html`<p class="empty">No job waits, runs, has failed or is dead.</p>`}
${idle.length > 0 && html`<details class="idle"><summary>${number(idle.length)} names without jobs</summary>${table(idle)}</details>`}`;

  function table(some: readonly Row[]): Html {
    return html`<table>
<thead><tr><th>Jobs</th>${shown.map((state) => html`<th class="count">${state}</th>`)}<th class="count">oldest</th><th></th></tr></thead>
<tbody>${some.map((row) => rowOf(view, row, paused.has(row.name)))}</tbody>
</table>`;
  }

  function isIdle({ name, counts: own }: Row): boolean {
    return own.length === 0 && !paused.has(name);
  }
}

interface Row {
  readonly name: string;
  readonly summary: string | null;
  readonly counts: readonly JobCount[];
}

/** Those that have something to show first, dead ones before all others; also those whose plugin is off. */
function rowsOf({ kinds, counts }: Pick<Overview, "kinds" | "counts">): Row[] {
  const byName = Map.groupBy(counts, ({ name }) => name);
  const known = new Map(kinds.map(({ name, summary }) => [name, summary]));
  const rank = (row: Row) => (row.counts.some(({ state }) => state === "dead") ? 2 : Math.min(1, row.counts.length));
  return [...new Set([...known.keys(), ...byName.keys()])]
    .map((name) => ({ name, summary: known.get(name) ?? null, counts: byName.get(name) ?? [] }))
    .sort((a, b) => rank(b) - rank(a) || (a.name < b.name ? -1 : 1));
}

function rowOf(view: View, { name, summary, counts }: Row, isPaused: boolean): Html {
  const cell = (state: JobState) => {
    const count = sum(counts.filter((one) => one.state === state));
    const link = html`<a class="${state}" href="${address(view, "/list", { state, name })}">${number(count)}</a>`;
    return html`<td class="count" data-label="${state}">${count === 0 ? html`<span class="none">0</span>` : link}</td>`;
  };
  const oldest = counts.find(({ state }) => state === "waiting")?.oldestAgeSeconds ?? 0;
  const acts = isPaused
    ? button(view, { act: "resume", label: "Resume", fields: { name } })
    : summary !== null && button(view, { act: "pause", label: "Pause", fields: { name } });
  return html`<tr>
<td class="what"><a href="${address(view, "/list", { name })}">${name}</a>${isPaused && html` <span class="badge">paused</span>`}<br>
<small>${summary ?? "No plugin that is on has such jobs: they wait until it is on again"}</small></td>
${shown.map(cell)}
<td class="count" data-label="oldest">${oldest === 0 ? html`<span class="none">–</span>` : duration(oldest)}</td>
<td class="acts">${acts}</td></tr>`;
}

const sum = (counts: readonly JobCount[]): number => counts.reduce((all, { count }) => all + count, 0);
