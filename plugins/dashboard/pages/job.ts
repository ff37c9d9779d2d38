import type { JobKind, ListedJob } from "../../../core";
import { maskedPayload, maskedText } from "../mask";
import { type Html, html, type Part } from "./html";
import { jobActs } from "./job-acts";
import { address, duration, moment, type View } from "./view";

/** Characters of an error. */
const longestError = 5_000;

/** @returns all that is known of one job */
export function jobContent(view: View, job: ListedJob, kind: JobKind | undefined): Html {
  const { actor, credential, requestId, address: from, trace } = job.by;
  const row = (label: string, value: Part) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
  return html`
<p>${kind?.summary ?? "No plugin that is on has such jobs: it waits until it is on again."}</p>
<div class="all">${jobActs(view, job)}</div>
<dl>
${row("state", html`<span class="badge ${job.state}">${job.state}</span>`)}
${row("attempts", kind ? `${job.attempts} of ${kind.attempts}` : job.attempts)}
${row("enqueued", moment(view, job.enqueuedAt))}
${row(job.state === "delayed" ? "due" : "was due", moment(view, job.runAt))}
${row(job.state === "running" ? "runs since" : "latest attempt began", moment(view, job.startedAt))}
${row("latest failure", failure(view, job))}
${job.diedAt !== null && row("dead since", moment(view, job.diedAt))}
${job.exclusiveKey !== null && row("one at a time of", job.exclusiveKey)}
${row("by", actor === null ? "the platform itself" : `${actor}${credential === null ? "" : ` (${credential})`}`)}
${from !== null && row("from", from)}
${requestId !== null && row("request", requestId)}
${trace !== null && row("trace", trace.split("-")[1] ?? trace)}
</dl>
${job.error !== null && html`<h2>Latest error</h2><pre class="error">${maskedText(job.error, longestError)}</pre>`}
<h2>Payload</h2><pre>${JSON.stringify(maskedPayload(job.payload), null, 2)}</pre>
${kind !== undefined && kind.whenFailing !== null && html`<h2>What it means when these fail</h2><p>${kind.whenFailing}.</p>`}
<p><a href="${address(view, "/list", { name: job.name })}">Other jobs of this name</a></p>`;
}

function failure(view: View, { failedAt, startedAt }: ListedJob): Part {
  if (failedAt === null) return "none";
  const took = startedAt === null ? -1 : (failedAt.getTime() - startedAt.getTime()) / 1000;
  return [moment(view, failedAt), took >= 0 && `, after ${duration(took)}`];
}

/** @returns what stands there when a job isn't in the ledger */
export const noJobContent = (view: View): Html => html`
<p>The job has ended, or was deleted: what has ended isn't kept.</p>
<p><a href="${address(view, "")}">Overview</a></p>`;
