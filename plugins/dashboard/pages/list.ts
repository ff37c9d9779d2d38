import { type JobKind, type JobPage, type JobState, jobStates, type ListedJob } from "../../../core";
import { maskedText } from "../mask";
import { type Html, html } from "./html";
import { jobActs } from "./job-acts";
import { address, button, moment, type View } from "./view";

/** What of the ledger is listed. */
export interface Wanted {
  readonly state: JobState | undefined;
  readonly name: string | undefined;
  readonly failed: boolean;
}

export interface JobList {
  readonly wanted: Wanted;
  readonly page: JobPage;
  readonly kinds: readonly JobKind[];
}

/** @returns jobs, newest first, with what can be done to each */
export function listContent(view: View, { wanted, page: { jobs, next }, kinds }: JobList): Html {
  const { state, name, failed } = wanted;
  const to = (change: { state?: JobState; failed?: string; before?: string }) => address(view, "/list", { name, ...change });
  const tab = (label: string, href: string, isCurrent: boolean) =>
    html`<a href="${href}"${isCurrent && html` aria-current="page"`}>${label}</a>`;
  const attempts = new Map(kinds.map((kind) => [kind.name, kind.attempts]));
  const all = { fields: { name: name ?? "" } };
  return html`
<nav class="tabs">${tab("all", to({}), state === undefined && !failed)}
${jobStates.map((one) => tab(one, to({ state: one }), state === one))}
${tab("failed, tried again", to({ failed: "1" }), failed)}</nav>
<form class="filter" method="get" action="${view.base}/list">
${state !== undefined && html`<input type="hidden" name="state" value="${state}">`}
${failed && html`<input type="hidden" name="failed" value="1">`}
<label>Jobs <select name="name"><option value="">of all names</option>
${kinds.map((kind) => html`<option${kind.name === name && html` selected`}>${kind.name}</option>`)}</select></label>
<button>Show</button></form>
${
  state === "dead" &&
  name !== undefined &&
  jobs.length > 0 &&
  html`<div class="all">${button(view, { act: "retry_dead", label: "Retry all of this name", ...all })}
${button(view, { act: "delete_dead", label: "Delete all of this name", confirm: `All dead jobs ${name} go, and what they would have done isn't done.`, ...all })}</div>`
}
${jobs.length === 0 ? html`<p class="empty">${next === null ? "There are none." : "None among these; there may be older ones."}</p>` : table(view, jobs, attempts)}
${next !== null && html`<p class="more"><a href="${to({ state, failed: failed ? "1" : undefined, before: next })}">Older ones</a></p>`}`;
}

function table(view: View, jobs: readonly ListedJob[], attempts: ReadonlyMap<string, number>): Html {
  return html`<table>
<thead><tr><th>Job</th><th>state</th><th class="count">attempts</th><th>enqueued</th><th>due</th><th></th></tr></thead>
<tbody>${jobs.map((job) => rowOf(view, job, attempts.get(job.name)))}</tbody></table>`;
}

function rowOf(view: View, job: ListedJob, attempts: number | undefined): Html {
  return html`<tr>
<td class="what"><a href="${address(view, "/job", { id: job.id })}">${job.name}</a> <small>#${job.id}</small>
${job.error !== null && html`<br><small class="error">${maskedText(firstLine(job.error), 160)}</small>`}</td>
<td data-label="state"><span class="badge ${job.state}">${job.state}</span></td>
<td class="count" data-label="attempts">${job.attempts}${attempts !== undefined && html` of ${attempts}`}</td>
<td data-label="enqueued">${moment(view, job.enqueuedAt)}</td>
<td data-label="due">${moment(view, job.runAt)}</td>
<td class="acts">${jobActs(view, job)}</td></tr>`;
}

const firstLine = (text: string): string => text.split("\n", 1)[0] ?? "";
