// Runs where there is no network but the loopback: starts GitHub's stand-in and the platform as a process, uses it, and prints what came of that.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { addRepository, serviceToken, signIn } from "../../../testing/factories";
import { startGitHub } from "../../../testing/github";
import { testEnvironment } from "../../../testing/server";
import { startCommand } from "../../support/command";

const { DATABASE = "", DATA_DIR = "", OUTSIDE_LOG = "" } = process.env;

const github = await startGitHub();
const server = startCommand("start", {
  env: {
    ...testEnvironment(DATABASE, DATA_DIR, github.environment()),
    BUN_OPTIONS: `--preload=${join(import.meta.dir, "no-outside.ts")}`,
    OUTSIDE_LOG,
  },
});
const url = await server.url();
const request = (method: string, path: string, { token, body }: { token?: string; body?: unknown } = {}) =>
  fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token && { authorization: `bearer ${token}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    redirect: "manual",
  });
// What factories need of a server is that it answers.
const asked = { request } as unknown as Parameters<typeof signIn>[0];

const admin = await signIn(asked, github, "admin");
const token = await serviceToken(asked, admin);
await github.addRepository({ name: "shop", files: { "README.md": "# Shop\n" } });
await addRepository(asked, token, "shop");
while (github.fetches().length === 0) await Bun.sleep(20);

const pages: Record<string, { status: number; text: string }> = {};
const paths = process.argv.slice(2);
for (const path of paths) {
  const answer = await request("GET", path, { token: admin });
  pages[path] = { status: answer.status, text: await answer.text() };
}
server.signal("SIGTERM");
const { exitCode } = await server.ended;
await github.stop();
await rm(DATA_DIR, { recursive: true, force: true });
console.log(JSON.stringify({ exitCode, pages }));
process.exit(0);
