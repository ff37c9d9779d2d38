import { afterAll, expect, test } from "bun:test";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../core/app/installation";
import { conformanceProblems } from "../../testing/conformance/conformance-problems";
import { signIn } from "../../testing/factories";
import { startGitHub } from "../../testing/github";
import { testEnvironment, useTestServer } from "../../testing/server";
import { runToEnd } from "../support/command";

const page = await Bun.file(join(projectRoot, "docs/write-a-plugin.md")).text();
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, text = ""]) => text);
const block = (language: string): string => blocks(language)[0] ?? "";

const folder = await mkdtemp(join(tmpdir(), "cocov-docs-"));
await Bun.write(join(folder, "announcements/index.ts"), block("ts"));
await Bun.write(join(folder, "announcements/migrations/0001_create_announcements.sql"), block("sql"));
await Bun.write(join(folder, "table-sizes/index.ts"), blocks("ts")[1] ?? "");
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

test("the command in the documentation works as the page says", async () => {
  const config = join(folder, "cocov.config.ts");
  await Bun.write(config, `export default { plugins: { load: ${JSON.stringify([join(folder, "table-sizes")])} } };`);
  const env = { ...testEnvironment(server.databaseUrl, server.dataDir), COCOV_CONFIG: config };
  const run = (...args: string[]) => runToEnd("table-sizes", { args, env });

  const all = await run("core_", "--json");
  expect(all).toMatchObject({ exitCode: 0, stderr: "" });
  const { tables } = JSON.parse(all.stdout);
  expect(tables).toContainEqual({ name: "core_jobs", bytes: expect.any(Number) });
  const [{ name, bytes }] = tables;
  expect((await run("core_", "--least", bytes)).stdout).toStartWith(`${name}  ${bytes}\n`);
  expect(await run("core_", "--lest", "1")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("Did you mean --least?"),
  });
  expect((await runToEnd(undefined, { env })).stdout).toContain("Lists tables and their bytes, the largest ones first");
});

test("the plugin in the documentation keeps the rules of plugins", async () => {
  expect(await conformanceProblems(join(folder, "announcements"))).toEqual([]);
});

test("its example is no longer than it has to be", () => {
  expect(block("ts").split("\n").length).toBeLessThanOrEqual(60);
});
