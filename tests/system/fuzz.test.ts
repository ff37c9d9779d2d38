import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { json, pushed, signIn } from "../../testing/factories";
import { listOperations, type Operation } from "./world/fuzz/operations";
import { requestsFor } from "./world/fuzz/requests";
import { uiBaseUrl, usePlatform } from "./world/platform";

const runsPerOperation = Number(process.env.COCOV_FUZZ_RUNS ?? 90);

// The fuzz deletes what has a small id. It mustn't hit its own.
const platform = await usePlatform({ firstId: 900_000_001 });
const { server, github, onGitHub, admin, db } = platform;
const created = await server.request("POST", "/v1/admin/service_tokens", { token: admin, body: { description: "Worker" } });
const { token_value: service }: { token_value: string } = await json(created, 201);
const member = await signIn(server, github, "grace");
onGitHub.setCollaborator(github.user("grace"), "read");
await db.sql`
  INSERT INTO repository_members (repository_id, github_member_id, level)
  VALUES (${platform.repositoryId}, ${github.user("grace").id}, 'user')`;
const stranger = await signIn(server, github, "eve");
const { sha } = await pushed(server, github, onGitHub, { files: { "main.c": "int x;\n" } });
await github.addRepository({ name: "web", files: { "a.md": "# A\n" } });
await signIn(server, github, "mallory");
const [victim] = await db.sql<{ id: number }[]>`SELECT id FROM users WHERE login = 'mallory'`;

const leased = await server.request("POST", "/v1/worker/leases", { token: service, body: { worker: "w" } });
const { lease, job }: { lease: { id: string }; job: { job_id: string; sha: string } } = await json(leased, 200);
const shown = await server.request("GET", `/v1/repositories/api/commits/${sha}/checks`, { token: admin });
const { checks }: { checks: { id: number }[] } = await json(shown, 200);
const shas = [sha, job.sha, sha.toUpperCase()];

const surroundings = {
  known: {
    repo_name: ["api", "API"],
    repo_id: [platform.repositoryId],
    repo_name_or_repo_id: ["api", platform.repositoryId],
    commit_sha: shas,
    sha: shas,
    branch: ["main", "feat/x"],
    id: [...checks.map(({ id }) => id), lease.id, victim?.id ?? 0],
    job_id: [job.job_id],
    plugin_name: ["cocov/lint", "cocov/audit"],
    source: ["cocov/lint", "cocov/lint:v1"],
    redirect: [`${uiBaseUrl}/auth/signin`, "https://elsewhere.example.org/"],
    name: ["api", "web", "nowhere"],
  },
  callers: [
    ...[admin, admin, admin, service, service, service, member, stranger].map((token) => `bearer ${token}`),
    `Bearer  ${service}`,
    null,
    "bearer cos_unknown",
    "token crt_1",
    "%",
  ],
  webhookSecret: github.webhookSecret,
};

const internals =
  /\n\s+at |node_modules|\.ts:\d|SELECT |INSERT |UPDATE |DELETE FROM|syntax error|postgres|violates|ECONN|ENOENT/;

/** @returns what is wrong with an answer */
async function flaws({ codes, method }: Operation, answer: Response): Promise<string[]> {
  const body = await answer.text();
  const { status, headers } = answer;
  const found: string[] = [];
  if (status >= 500) found.push("the platform failed");
  if (!(status in codes)) found.push("the status isn't documented");
  if (!headers.has("x-request-id")) found.push("there is no request id");
  if (status === 204 && (body !== "" || headers.has("content-type"))) found.push("a 204 has a body or a type");
  if (status >= 400) {
    const form: unknown = headers.get("content-type")?.startsWith("application/json") ? JSON.parse(body) : null;
    if (!isRefusal(form)) found.push("the error doesn't have the form of errors");
    else {
      if (!codes[status]?.includes(form.code)) found.push(`${form.code} isn't documented for ${method}`);
      if (form.message.length > 600) found.push("the message is long");
    }
    if (internals.test(body)) found.push("the body shows internals");
  }
  return found.map((flaw) => `${status}: ${flaw}: ${body.slice(0, 300)}`);
}

function isRefusal(form: unknown): form is { code: string; message: string } {
  return (
    typeof form === "object" &&
    form !== null &&
    "code" in form &&
    "message" in form &&
    Object.keys(form).length === 2 &&
    typeof form.code === "string" &&
    typeof form.message === "string"
  );
}

/** Those come last that would take away what the others need. */
const rank = ({ method, path }: Operation): number =>
  path.endsWith("/settings/delete")
    ? 4
    : path.endsWith("/re_run")
      ? 3
      : method === "DELETE"
        ? 2
        : /\/(release|wrap_up)$/.test(path)
          ? 1
          : 0;
const document = await (await server.request("GET", "/swagger/json")).json();
const operations = listOperations(document).toSorted((one, other) => rank(one) - rank(other));

describe("no request makes the platform fail or answer what isn't documented", () => {
  test.each(operations.map((operation) => [operation.name, operation] as const))(
    "%s",
    async (_name, operation) => {
      await fc.assert(
        fc.asyncProperty(requestsFor(operation, surroundings), async (request) => {
          const told = `${request.method} ${request.url} ${request.headers.get("authorization")?.slice(0, 11)} ${await request.clone().text()}`;
          const found = await flaws(operation, await server.app.http.handle(request));
          if (found.length > 0) throw new Error(`${told.slice(0, 1000)}\n${found.join("\n")}`);
        }),
        { numRuns: runsPerOperation },
      );
    },
    60_000,
  );

  test("and nothing of it was logged as a failure", () => {
    const failed = server
      .logs()
      .split("\n")
      .filter((line) => /"level":[56]0/.test(line));
    expect(failed.slice(0, 5)).toEqual([]);
  });

  test("and whoever asked may ask on", async () => {
    for (const token of [admin, service, member, stranger])
      expect((await server.request("GET", "/v1/repositories", { token })).status).toBe(200);
    expect((await server.request("GET", "/v1/admin/users", { token: admin })).status).toBe(200);
  });
});
