import { join } from "node:path";
import { z } from "zod";
import { type TestPlatform, type TestPlatformOptions, useTestPlatform } from "../../../../testing";
import { mend, world } from "./fragile";

/** The platform with something that breaks, and ways into its panel. */
export interface PanelWorld {
  readonly platform: TestPlatform;
  /** @returns a token that opens the panel. @param session the admin's unless given */
  panelToken(session?: string): Promise<string>;
  /** @returns the value of a `Cookie` header with a panel session */
  open(session?: string): Promise<string>;
  /** Sends a request as a browser does that shows a page of the panel. */
  visit(
    cookie: string,
    path: string,
    options?: { form?: Record<string, string>; headers?: Record<string, string> },
  ): Promise<Response>;
  /** Fills in the hidden fields of a page's forms and sends one. */
  press(cookie: string, page: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Response>;
  /** Lets a job die. @returns its id */
  deadJob(payload?: z.output<typeof mend.payload>): Promise<string>;
}

export async function usePanelWorld(options: TestPlatformOptions = {}): Promise<PanelWorld> {
  const platform = await useTestPlatform({ plugins: [join(import.meta.dir, "fragile")], ...options });
  const { db, jobs, url } = platform;

  async function panelToken(session?: string): Promise<string> {
    const answer = await platform.request("POST", "/v1/admin/sidekiq_panel_token", {
      token: session ?? (await platform.admin()),
    });
    return z.object({ token: z.string() }).parse(await answer.json()).token;
  }

  const visit: PanelWorld["visit"] = (cookie, path, { form, headers } = {}) =>
    fetch(`${url}${path}`, {
      redirect: "manual",
      headers: { cookie, ...headers },
      ...(form ? { method: "POST", body: new URLSearchParams(form) } : {}),
    });

  return {
    platform,
    panelToken,
    visit,
    async open(session) {
      const answer = await visit("", `/v1/admin/sidekiq_panel?token=${await panelToken(session)}`);
      return answer.headers.get("set-cookie")?.split(";")[0] ?? "";
    },
    async press(cookie, page, fields, headers) {
      const text = await (await visit(cookie, page)).text();
      const [, form_token = ""] = /name="form_token" value="([^"]+)"/.exec(text) ?? [];
      const base = page.startsWith("/sidekiq") ? "/sidekiq" : "/jobs";
      return await visit(cookie, `${base}/act`, { form: { form_token, back: page, ...fields }, headers });
    },
    async deadJob(payload = { repositoryId: 7 }) {
      world.broken = true;
      await db.transaction((tx) => jobs.enqueue(tx, mend, payload));
      await jobs.idle();
      const [dead] = await jobs.list({ name: mend.name, state: "dead", limit: 1 });
      return dead?.id ?? "";
    },
  };
}
