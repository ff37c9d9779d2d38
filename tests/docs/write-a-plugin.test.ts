import { afterAll, expect, test } from "bun:test";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../core/app/installation";
import { signIn } from "../../testing/factories";
import { startGitHub } from "../../testing/github";
import { useTestServer } from "../../testing/server";

const page = await Bun.file(join(projectRoot, "docs/write-a-plugin.md")).text();
const block = (language: string): string => page.match(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``))?.[1] ?? "";

const folder = await mkdtemp(join(tmpdir(), "cocov-docs-"));
await Bun.write(join(folder, "announcements/index.ts"), block("ts"));
await Bun.write(join(folder, "announcements/migrations/0001_create_announcements.sql"), block("sql"));
await symlink(join(projectRoot, "node_modules"), join(folder, "node_modules"));
const github = await startGitHub({ org: "acme" });
afterAll(async () => {
  await github.stop();
  await rm(folder, { recursive: true, force: true });
});

const server = await useTestServer({
  env: github.environment(),
  config: { plugins: { load: [join(folder, "announcements")] } },
});

test("the plugin in the documentation works as the page says", async () => {
  github.addUser({ login: "ada" });
  github.addUser({ login: "bob" });
  const admin = await signIn(server, github, "ada");
  const user = await signIn(server, github, "bob");

  expect((await server.request("POST", "/v1/announcements", { token: admin, body: { text: "Lunch" } })).status).toBe(204);
  const list = await server.request("GET", "/v1/announcements", { token: user });
  expect(await list.json()).toEqual([{ id: 1, text: "Lunch" }]);
  expect(await (await server.request("POST", "/v1/announcements", { token: admin, body: {} })).json()).toMatchObject({
    code: "announcements.missing_text",
  });
  expect((await server.request("POST", "/v1/announcements", { token: user, body: { text: "No" } })).status).toBe(403);
});

test("its example is no longer than it has to be", () => {
  expect(block("ts").split("\n").length).toBeLessThanOrEqual(60);
});
