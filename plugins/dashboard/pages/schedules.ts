import type { JobCount, JobKind, JobSchedule } from "../../../core";
import { type Html, html } from "./html";
import { address, duration, moment, type View } from "./view";

export interface Schedules {
  readonly schedules: readonly JobSchedule[];
  readonly kinds: readonly JobKind[];
  readonly counts: readonly JobCount[];
  readonly paused: ReadonlySet<string>;
}

/** @returns periodic jobs, with when each runs next */
export function schedulesContent(view: View, { schedules, kinds, counts, paused }: Schedules): Html {
  const summaries = new Map(kinds.map(({ name, summary }) => [name, summary]));
  const states = Map.groupBy(counts, ({ name }) => name);
  return html`<table>
<thead><tr><th>Periodic job</th><th>every</th><th>period began</th><th>next</th><th>now</th></tr></thead>
<tbody>${schedules.map(
    ({ name, everySeconds, latestAt, nextAt }) => html`<tr>
<td class="what"><a href="${address(view, "/list", { name })}">${name}</a><br><small>${summaries.get(name) ?? null}</small></td>
<td data-label="every">${duration(everySeconds)}</td>
<td data-label="period began">${moment(view, latestAt)}</td>
<td data-label="next">${moment(view, nextAt)}</td>
<td data-label="now">${paused.has(name) && html`<span class="badge">paused</span> `}${(states.get(name) ?? []).map(
      ({ state }) => html`<span class="badge ${state}">${state}</span> `,
    )}${!states.has(name) && !paused.has(name) && html`<span class="none">–</span>`}</td></tr>`,
  )}</tbody></table>`;
}
