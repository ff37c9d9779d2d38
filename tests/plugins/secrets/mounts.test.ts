import { expect, test } from "bun:test";
import type { QueueEntry } from "../../../plugins/checks";
import { destroyRepository } from "../../../plugins/repositories/jobs/destroy";
import { forgetAuthorizations } from "../../../plugins/secrets/jobs";
import { json } from "../../../testing/factories";
import { useSecretsWorld } from "./secrets-world";

const world = await useSecretsWorld();
const { platform, tokens, outcome } = world;
const { db } = platform;

const manifest = (...names: readonly string[]) =>
  JSON.stringify({
    version: "0.1.alpha",
    checks: names.map((name, index) => ({
      plugin: `cocov/check-${index}:v1`,
      mounts: [{ source: `secrets:${name}`, destination: `~/${index}` }],
    })),
  });

let made = 0;
/** Adds a repository whose checks mount secrets; those `own` are its own. */
async function repositoryWith(names: readonly string[], own: Readonly<Record<string, string>> = {}) {
  made += 1;
  const { repository, onGitHub } = await platform.createRepository({ name: `mounting-${made}`, files: { "a.txt": "a" } });
  for (const [name, data] of Object.entries(own)) await world.createSecret(name, data, repository.name);
  const { sha } = await platform.push(onGitHub, { files: { ".cocov.yaml": manifest(...names) } });
  const checks = `/v1/repositories/${repository.name}/commits/${sha}/checks`;
  return {
    ...repository,
    onGitHub,
    sha,
    checks,
    show: async () => await json<object>(await platform.request("GET", checks, { token: tokens.admin }), 200),
  };
}

/** Leases the oldest run. */
async function lease(): Promise<{ lease: { id: string }; job: QueueEntry }> {
  return await json(await platform.request("POST", "/v1/worker/leases", { token: tokens.service, body: { worker: "w" } }), 200);
}

const authorizationsOf = ({ checks }: QueueEntry) =>
  checks.flatMap(({ mounts }) => mounts ?? []).map(({ authorization }) => authorization);
const exchange = (authorization: string, token = tokens.service) =>
  platform.request("GET", `/v1/secrets/data?authorization=${authorization}`, { token });
const end = async ({ lease: { id }, job }: Awaited<ReturnType<typeof lease>>) => {
  for (const { plugin } of job.checks) {
    const body = { plugin_name: plugin.split(":")[0], status: "completed" };
    await platform.request("PATCH", `/v1/repositories/${job.repo_id}/commits/${job.sha}/checks`, {
      token: tokens.service,
      body,
    });
  }
  const wrapUp = `/v1/repositories/${job.repo_id}/commits/${job.sha}/checks/wrap_up`;
  expect([id, (await platform.request("POST", wrapUp, { token: tokens.service })).status]).toEqual([id, 204]);
};

const odd = 'line 1\r\nline 2\n\n "quoted" ü 🦀\t';

test("a mounted secret is fetched once, byte for byte, and its last use shows", async () => {
  const own = await repositoryWith(["ODD_TEXT"], { ODD_TEXT: odd });
  const leased = await lease();
  const [authorization = ""] = authorizationsOf(leased.job);
  expect(leased.job.checks).toEqual([
    {
      plugin: "cocov/check-0:v1",
      envs: null,
      mounts: [{ kind: "secret", authorization: expect.stringMatching(/^csa_[0-9a-f]{48}$/), target: "~/0" }],
    },
  ]);
  const looked = await platform.request("HEAD", `/v1/secrets/data?authorization=${authorization}`, { token: tokens.service });
  expect(looked.status).toBe(404);
  const answer = await exchange(authorization);
  expect([answer.status, answer.headers.get("content-type"), answer.headers.get("cache-control")]).toEqual([
    200,
    "text/plain; charset=utf-8",
    "no-store",
  ]);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(Buffer.from(odd));
  expect(await outcome(exchange(authorization))).toEqual({ status: 403, code: "secrets.invalid_authorization" });
  const list = await platform.request("GET", `/v1/repositories/${own.name}/secrets`, { token: tokens.admin });
  expect(await list.json()).toMatchObject({ secrets: [{ name: "ODD_TEXT", last_used_at: expect.stringMatching(/Z$/) }] });
  await end(leased);
});

test("line breaks as browsers send them become LF, in secrets and keys alike, unless they are to stay or are a mixture", async () => {
  const sent = [
    { name: "FORM", data: "a\r\nb\r\n" },
    { name: "KEPT_BREAKS", data: "a\r\nb\r\n", keep_line_breaks: true },
    { name: "MIXED", data: "a\r\nb\n" },
    { name: "BARE_CR", data: "a\r\nb\r" },
  ];
  const own = await repositoryWith([]);
  const path = `/v1/repositories/${own.name}/secrets`;
  for (const body of sent) await json(await platform.request("POST", path, { token: tokens.admin, body }), 201);
  const { onGitHub } = own;
  await platform.push(onGitHub, { files: { ".cocov.yaml": manifest(...sent.map(({ name }) => name)) } });
  const leased = await lease();
  const data = await Promise.all(authorizationsOf(leased.job).map(async (one) => await (await exchange(one)).text()));
  expect(data).toEqual(["a\nb\n", "a\r\nb\r\n", "a\r\nb\n", "a\r\nb\r"]);
  await end(leased);
});

test("of many who use an authorization at once, one gets the data", async () => {
  await repositoryWith(["RACED"], { RACED: "x" });
  const leased = await lease();
  const [authorization = ""] = authorizationsOf(leased.job);
  const answers = await Promise.all(Array.from({ length: 12 }, () => outcome(exchange(authorization))));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ code }) => code === "secrets.invalid_authorization")).toHaveLength(11);
  await end(leased);
});

test("a repository's secret is mounted before the organization's of the same name; both are found in any spelling", async () => {
  await world.createSecret("SHADOWED", "of the organization");
  await world.createSecret("SHARED", "shared");
  await repositoryWith(["shadowed", "Shared", "SHADOWED"], { Shadowed: "of the repository" });
  const leased = await lease();
  const authorizations = authorizationsOf(leased.job);
  expect(new Set(authorizations).size).toBe(3);
  const data = await Promise.all(authorizations.map(async (one) => await (await exchange(one)).text()));
  expect(data).toEqual(["of the repository", "shared", "of the repository"]);
  await end(leased);
});

test("a run whose manifest names a secret of another repository, or none, can't start", async () => {
  await repositoryWith([], { ELSEWHERE: "x" });
  for (const name of ["ELSEWHERE", "NOWHERE", "no name", "ELSE%"]) {
    expect(await (await repositoryWith([name])).show()).toMatchObject({
      status: "failure",
      failure_reason: "manifest_unknown_secret",
      failure_details: name,
    });
  }
});

test("a run is ended when a secret is gone before a Worker comes for it", async () => {
  const { id } = await world.createSecret("FLEETING", "x");
  const own = await repositoryWith(["FLEETING"]);
  await platform.request("DELETE", `/v1/secrets/${id}`, { token: tokens.admin });
  const none = await platform.request("POST", "/v1/worker/leases", { token: tokens.service, body: { worker: "w" } });
  expect(none.status).toBe(204);
  expect(await own.show()).toMatchObject({ status: "errored" });
});

test("an authorization ends after 7 days, and with its secret; a changed secret gives its new data", async () => {
  const kept = await world.createSecret("KEPT", "old");
  const deleted = await world.createSecret("DELETED", "x");
  await repositoryWith(["KEPT", "KEPT", "DELETED"]);
  const leased = await lease();
  const [first = "", second = "", ofDeleted = ""] = authorizationsOf(leased.job);
  await platform.request("PATCH", `/v1/secrets/${kept.id}`, { token: tokens.admin, body: { data: "new" } });
  expect(await (await exchange(first)).text()).toBe("new");
  await platform.request("DELETE", `/v1/secrets/${deleted.id}`, { token: tokens.admin });
  expect(await outcome(exchange(ofDeleted))).toEqual({ status: 404, code: "not_found" });
  const [{ days } = { days: 0 }] = await db.sql<{ days: number }[]>`
    SELECT extract(epoch FROM expires_at - created_at) / 86400 AS days FROM secret_authorizations ORDER BY id DESC LIMIT 1`;
  expect(Number(days)).toBe(7);
  await db.sql`UPDATE secret_authorizations SET expires_at = now() - interval '1 second'`;
  expect(await outcome(exchange(second))).toEqual({ status: 403, code: "secrets.invalid_authorization" });
  await platform.run(forgetAuthorizations, {});
  expect(await db.sql`SELECT FROM secret_authorizations`).toHaveLength(0);
  await end(leased);
});

test("a run that is started again brings new authorizations, and neither rows, jobs nor the log know any of them", async () => {
  const own = await repositoryWith(["AGAIN", "AGAIN"], { AGAIN: "never to be seen" });
  const leased = await lease();
  await end(leased);
  expect((await platform.request("POST", `${own.checks}/re_run`, { token: tokens.admin })).status).toBe(204);
  await platform.idle();
  const again = await lease();
  const authorizations = [leased, again].flatMap(({ job }) => authorizationsOf(job));
  expect(new Set(authorizations).size).toBe(4);
  for (const authorization of authorizations) expect((await exchange(authorization)).status).toBe(200);
  const tables = await db.sql<{ name: string }[]>`
    SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public'`;
  const rows = await Promise.all(tables.map(({ name }) => db.sql.unsafe(`SELECT t::text AS row FROM ${name} t`)));
  const kept = JSON.stringify(rows) + platform.logs();
  for (const secret of [...authorizations, "never to be seen"]) expect(kept).not.toContain(secret);
  await end(again);
});

test("only services with the scope fetch data, with an authorization that can be one", async () => {
  const { token_value: cache } = await json<{ token_value: string }>(
    await platform.request("POST", "/v1/admin/service_tokens", {
      token: tokens.admin,
      body: { description: "Cache", scopes: ["cache"] },
    }),
    201,
  );
  expect(await outcome(exchange("csa_x", tokens.admin))).toEqual({ status: 403, code: "auth.forbidden" });
  expect(await outcome(exchange("csa_x", cache))).toEqual({ status: 403, code: "auth.insufficient_scope" });
  expect(await outcome(platform.request("GET", "/v1/secrets/data", { token: tokens.service }))).toEqual({
    status: 400,
    code: "secrets.missing_authorization",
  });
  for (const one of ["%20", "x", `cos_${"0".repeat(48)}`, `csa_${"0".repeat(48)}`, "csa_%00", "csa_%F0%9F%A6%80"]) {
    const code = one === "%20" ? "secrets.missing_authorization" : "secrets.invalid_authorization";
    expect(await outcome(exchange(one))).toMatchObject({ code });
  }
});

test("with a repository go its secrets, keys and authorizations", async () => {
  const own = await repositoryWith(["GOING", "GOING"], { GOING: "x" });
  await lease();
  const count = async () => {
    const [row] = await db.sql<{ secrets: number; authorizations: number }[]>`
      SELECT (SELECT count(*) FROM secrets WHERE repository_id = ${own.id}) AS secrets,
             (SELECT count(*) FROM secret_authorizations WHERE repository_id = ${own.id}) AS authorizations`;
    return row;
  };
  expect(await count()).toEqual({ secrets: 1, authorizations: 2 });
  await platform.run(destroyRepository, { repositoryId: own.id });
  expect(await count()).toEqual({ secrets: 0, authorizations: 0 });
});
