import { afterAll, afterEach } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../../../core/app/installation";
import { userNamed } from "../../../../testing/factories";
import { startGitHub } from "../../../../testing/github";
import { useTestServer } from "../../../../testing/server";

/** A server with nothing on but signing in, and the GitHub it talks to. */
export async function useAuthWorld(env: Record<string, string> = {}) {
  const github = await startGitHub();
  afterAll(() => github.stop());
  afterEach(() => github.clearFaults());
  const disabled = readdirSync(join(projectRoot, "plugins")).filter((name) => name !== "github" && name !== "auth");
  const server = await useTestServer({ env: { ...github.environment(), ...env }, config: { plugins: { disabled } } });
  const { db } = server.app;

  /** Begins a sign-in and goes to GitHub and back. @returns what `/auth/exchange` takes */
  async function cameBack(login: string, redirect = "https://ui.example.org/auth/signin") {
    const begun: { redirect_to: string } = await (await server.request("POST", "/auth/begin", { body: { redirect } })).json();
    const { code, state, redirectedTo } = await github.authorize(begun.redirect_to, userNamed(github, login));
    return { exchange_token: redirectedTo.searchParams.get("exchange_token") ?? "", state, code, redirect };
  }

  return {
    github,
    server,
    db,
    cameBack,
    exchange: (body: unknown) => server.request("POST", "/auth/exchange", { body }),
    /** Every row that a sign-in writes, as text. */
    async written(): Promise<string> {
      const users = await db.sql`SELECT * FROM users ORDER BY id`;
      const emails = await db.sql`SELECT * FROM user_emails ORDER BY id`;
      const tokens = await db.sql`SELECT id, user_id, kind FROM user_tokens ORDER BY id`;
      return JSON.stringify({ users, emails, tokens });
    },
  };
}

/** @returns status and error code of an answer */
export async function refusal(answer: Response): Promise<{ status: number; code: unknown }> {
  const { code }: { code: unknown } = await answer.json();
  return { status: answer.status, code };
}
