import { afterAll, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createRepository, pushed, serviceToken, signIn, webhookUrl } from "../../../testing/factories";
import { startGitHub } from "../../../testing/github";
import { useTestServer } from "../../../testing/server";

const github = await startGitHub();
afterAll(() => github.stop());
const server = await useTestServer({ env: github.environment() });
const { sql } = server.app.db;
github.sendWebhooksTo(webhookUrl(server));
const admin = await signIn(server, github, "root");
const service = await serviceToken(server, admin);
const manifest = JSON.stringify({ version: "0.1.alpha", checks: [{ plugin: "cocov/one" }] });

/** Columns of all plugins' tables that say which repository, branch or commit a row is about. */
const columns = await sql<{ table: string; column: string }[]>`
  SELECT c.table_name AS "table", c.column_name AS "column" FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
   WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
     AND (c.column_name IN ('repository_id', 'commit_id', 'branch_id', 'issue_id', 'check_id', 'check_set_id', 'secret_id', 'private_key_id')
          OR c.table_name IN ('repositories', 'branches', 'commits') AND c.column_name = 'id')`;

/** @returns the tables, and how many rows of each say something of that kind; those without rows are left out */
async function rows(): Promise<Record<string, number>> {
  const counted: Record<string, number> = {};
  for (const { table, column } of columns) {
    const [found] = await sql<
      { count: number }[]
    >`SELECT count(*)::int AS count FROM ${sql(table)} WHERE ${sql(column)} IS NOT NULL`;
    if (found && found.count > 0) counted[table] = found.count;
  }
  return counted;
}

test("nothing is left of a deleted repository: in no table of any plugin, in the storage, or in the cache", async () => {
  const { onGitHub, repository } = await createRepository(server, github, service, {
    name: "api",
    collaborators: { root: "admin", ada: "maintain" },
  });
  const { sha } = await pushed(server, github, onGitHub, { files: { ".cocov.yaml": manifest, "a.txt": "hello" } });
  await pushed(server, github, onGitHub, { branch: "other", files: { "a.txt": "bye" } });
  const send = async (method: string, path: string, body: object, token = service) => {
    const answer = await server.request(method, path, { token, body });
    expect([path, answer.status < 300]).toEqual([path, true]);
  };
  const own = `/v1/repositories/${repository.id}`;
  await server.request("POST", "/v1/worker/leases", { token: service, body: { worker: "w" } });
  await send("POST", `${own}/commits/${sha}/check_set/notify_in_progress`, {});
  const issue = { uid: "u", kind: "bug", file: "a.txt", line_start: 1, line_end: 1, message: "m" };
  await send("PUT", `${own}/issues`, { sha, source: "cocov/one", issues: [issue] });
  await send("PATCH", `${own}/commits/${sha}/checks`, { plugin_name: "cocov/one", status: "completed" });
  await send("POST", `${own}/commits/${sha}/checks/wrap_up`, {});
  await send("POST", "/v1/repositories/api/secrets", { name: "KEY", data: "value" }, admin);
  await server.app.jobs.idle();
  const before = await rows();
  expect(Object.keys(before)).toEqual(
    expect.arrayContaining([
      "repositories",
      "repository_members",
      "branches",
      "commits",
      "check_sets",
      "issues",
      "issue_histories",
      "secrets",
    ]),
  );
  const places = ["git_storage", "git_cache"].map((base) =>
    join(
      server.dataDir,
      base,
      base === "git_cache" ? String(repository.id) : new Bun.CryptoHasher("sha1").update("api").digest("hex"),
    ),
  );
  expect(places.map(existsSync)).toEqual([true, true]);

  await send("POST", "/v1/repositories/api/settings/delete", {}, admin);
  await server.app.jobs.idle();
  expect(await rows()).toEqual({});
  expect(places.map(existsSync)).toEqual([false, false]);
});
