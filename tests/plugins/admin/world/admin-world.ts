import { afterAll, afterEach } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../../../core/app/installation";
import { signIn } from "../../../../testing/factories";
import { startGitHub } from "../../../../testing/github";
import { useTestServer } from "../../../../testing/server";

/** Plugins that the administration needs, and itself. */
const wanted = ["github", "auth", "storage", "repositories", "admin"];

/**
 * A server with the administration and what it needs, and its first admin, who is called `root`.
 * @param load files of further plugins
 */
export async function useAdminWorld(load: readonly string[] = []) {
  const github = await startGitHub();
  afterAll(() => github.stop());
  afterEach(() => github.clearFaults());
  const disabled = readdirSync(join(projectRoot, "plugins")).filter((name) => !wanted.includes(name));
  const server = await useTestServer({ env: github.environment(), config: { plugins: { disabled, load } } });
  const { db, jobs } = server.app;
  const root = await signIn(server, github, "root");
  await jobs.idle();
  return {
    github,
    server,
    db,
    jobs,
    root,
    /** Sends a request, as the first admin unless a token is given. */
    ask: (method: string, path: string, { token = root, body }: { token?: string; body?: unknown } = {}) =>
      server.request(method, path, { token, ...(body === undefined ? {} : { body }) }),
  };
}

/** @returns status and error code of an answer */
export async function refusal(answer: Response): Promise<{ status: number; code: unknown }> {
  const { code }: { code: unknown } = await answer.json();
  return { status: answer.status, code };
}
