import { join } from "node:path";
import { z } from "zod";
import { type Database, type Events, type Jobs, jobStates, sparingly } from "../../core";
import { errors as authErrors } from "../auth";
import { actForm, perform } from "./acts";
import type { PanelVisit } from "./guard";
import type { Html } from "./pages/html";
import { jobContent, noJobContent } from "./pages/job";
import { layout } from "./pages/layout";
import { listContent } from "./pages/list";
import { overviewContent } from "./pages/overview";
import { schedulesContent } from "./pages/schedules";
import type { View } from "./pages/view";
import type { PanelSessions } from "./panel-session";

interface Parts {
  /** Its path, without a slash at the end. */
  readonly base: string;
  readonly db: Database;
  readonly jobs: Jobs;
  readonly events: Events;
  readonly sessions: PanelSessions;
}

/** Files that pages load. */
const files: Readonly<Record<string, string>> = { "/style.css": "text/css; charset=utf-8", "/icon.svg": "image/svg+xml" };

/** Jobs a page. */
const pageSize = 50;

const listQuery = z.object({
  state: z.enum(jobStates).optional().catch(undefined),
  name: z.string().min(1).max(255).optional().catch(undefined),
  failed: z.literal("1").optional().catch(undefined),
  before: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional()
    .catch(undefined),
});

/**
 * Makes the job panel: pages made here, without a script. Whatever it reads and shows is bounded, however many jobs there are; counting them
 * goes through the ledger, so that is done half of the time at most.
 */
export function createPanel({ base, db, jobs, events, sessions }: Parts) {
  const count = sparingly(() => jobs.count(), 1);
  const pausedNames = async () => new Set((await jobs.paused()).map(({ name }) => name));

  async function page(path: string, url: URL, view: View): Promise<Response> {
    const notice = url.searchParams.get("done");
    const kinds = jobs.kinds();
    if (path === "") {
      const [counts, paused] = await Promise.all([count(), pausedNames()]);
      const content = overviewContent(view, { kinds, counts, paused });
      return answer(layout(view, { title: "Overview", current: "overview", notice, content }));
    }
    if (path === "/schedules") {
      const [schedules, counts, paused] = await Promise.all([jobs.schedules(), count(), pausedNames()]);
      const content = schedulesContent(view, { schedules, kinds, counts, paused });
      return answer(layout(view, { title: "Schedules", current: "schedules", notice, content }));
    }
    if (path === "/list") {
      const { state, name, failed, before } = listQuery.parse(Object.fromEntries(url.searchParams));
      const wanted = { state: failed ? undefined : state, name, failed: failed === "1" };
      const found = await jobs.page({ ...wanted, before, limit: pageSize });
      const content = listContent(view, { wanted, page: found, kinds });
      return answer(layout(view, { title: name ?? "Jobs", current: "list", notice, content }));
    }
    const id = url.searchParams.get("id") ?? "";
    const job = path === "/job" ? await jobs.find(id) : undefined;
    if (job) {
      const content = jobContent(
        view,
        job,
        kinds.find(({ name }) => name === job.name),
      );
      return answer(layout(view, { title: `${job.name} #${job.id}`, current: "list", notice, content }));
    }
    const title = path === "/job" ? `Job #${id.slice(0, 20)}` : "There is no such page";
    return answer(layout(view, { title, notice, content: noJobContent(view) }), 404);
  }

  /** Does what a form asks for, and leads back to where it stood. */
  async function act(request: Request, { session }: PanelVisit): Promise<Response> {
    const form = Object.fromEntries(new URLSearchParams(await request.text()));
    if (!sessions.isFormToken(session, form.form_token ?? "")) {
      throw authErrors.fail("auth.forbidden", "The form is of another session: go back, reload the page, and try again");
    }
    const asked = actForm.safeParse(form);
    if (!asked.success) return new Response("That isn't something that the panel can do\n", { status: 400 });
    const outcome = await perform({ db, jobs, events }, asked.data);
    return new Response(null, { status: 303, headers: { location: backTo(form.back ?? "", outcome) } });
  }

  /** @param back where the form stood: a page of the panel, or else its first one */
  function backTo(back: string, outcome: string): string {
    const sent = URL.canParse(back, "http://panel") ? new URL(back, "http://panel") : null;
    const isOurs = sent?.host === "panel" && (sent.pathname === base || sent.pathname.startsWith(`${base}/`));
    const url = sent && isOurs ? sent : new URL(base, "http://panel");
    url.searchParams.set("done", outcome);
    return `${url.pathname}${url.search}`;
  }

  return {
    async handle(request: Request, { visit }: { visit: PanelVisit }): Promise<Response> {
      const url = new URL(request.url);
      const path = url.pathname.slice(base.length).replace(/\/+$/, "");
      const reads = request.method === "GET" || request.method === "HEAD";
      const type = Object.hasOwn(files, path) ? files[path] : undefined;
      if (reads && type !== undefined) {
        const headers = { "content-type": type, "cache-control": "private, max-age=60" };
        return new Response(Bun.file(join(import.meta.dir, "pages", path)), { headers });
      }
      const isAct = request.method === "POST" && path === "/act";
      if (!reads && !isAct) return new Response("There is no such page\n", { status: 404 });
      const response = isAct ? await act(request, visit) : await page(path, url, viewOf(url, visit));
      response.headers.append("set-cookie", await sessions.cookie(visit.session, visit));
      // Pages send forms: who gets those has to see that they come from here.
      response.headers.set("referrer-policy", "same-origin");
      response.headers.set("cache-control", "no-store");
      return response;
    },
  };

  function viewOf(url: URL, { session }: PanelVisit): View {
    const query = new URLSearchParams(url.searchParams);
    query.delete("done");
    const here = `${base}${url.pathname.slice(base.length)}${query.size > 0 ? `?${query}` : ""}`;
    return { base, formToken: sessions.formToken(session), here, now: new Date() };
  }
}

const answer = ({ text }: Html, status = 200): Response =>
  new Response(text, { status, headers: { "content-type": "text/html; charset=utf-8" } });
