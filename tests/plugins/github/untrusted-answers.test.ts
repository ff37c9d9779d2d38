import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { startGitHub } from "../../../testing/github";
import { useTestServer } from "../../../testing/server";
import { failureOf, setUpGitHub } from "./world/set-up";

const gitHub = await startGitHub();
afterAll(() => gitHub.stop());
const server = await useTestServer();
const web = await gitHub.addRepository({ name: "web", files: { "README.md": "hello" } });
const ada = gitHub.addUser({ login: "ada" });

/** Another origin, and what came there. */
const heard: string[] = [];
const elsewhere = Bun.serve({
  port: 0,
  async fetch(request) {
    heard.push(`${request.method} ${request.url} ${request.headers.get("authorization")} ${await request.text()}`);
    return Response.json([{ login: "ada", access_token: "gho_1", token: "ghs_1", expires_at: "2099-01-01T00:00:00Z" }]);
  },
});
afterAll(() => elsewhere.stop(true));
beforeEach(() => void heard.splice(0));
afterEach(() => gitHub.clearFaults());

/** A platform that has no token at hand. */
async function fresh() {
  await server.app.db.sql`DELETE FROM github_installation_tokens`;
  const { api, logs } = setUpGitHub(server, gitHub.environment());
  return { api, logs };
}
type Api = Awaited<ReturnType<typeof fresh>>["api"];

const owner = gitHub.org;
const repositoryPath = "/repos/acme/web";
const status = { owner, repo: "web", sha: "0".repeat(40), state: "success" } as const;
const collaborators = "/orgs/acme/outside_collaborators";

/** Every kind of call, with the path it asks. */
const calls: readonly [what: string, path: string, make: (api: Api) => Promise<unknown>][] = [
  ["a read", repositoryPath, (api) => api.reach(() => api.installation().rest.repos.get({ owner, repo: "web" }))],
  ["a user's read", "/user", (api) => api.reach(() => api.asUser("gho_1").rest.users.getAuthenticated())],
  [
    "a write",
    "/repos/acme/web/statuses/*",
    (api) => api.reach(() => api.installationNow().rest.repos.createCommitStatus(status)),
  ],
  ["a list", collaborators, (api) => api.reach(() => listed(api))],
  ["a request for a token", "/app/installations/*/access_tokens", (api) => api.installationToken()],
  [
    "the exchange of a code",
    "/login/oauth/access_token",
    async (api) => await api.exchangeCode({ code: "code", redirect: "https://ui.example.org/", codeVerifier: "v" }),
  ],
];
const listed = (api: Api) => {
  const octokit = api.installationNow();
  return octokit.paginate(octokit.rest.orgs.listOutsideCollaborators, { org: owner, per_page: 100 });
};

describe("a redirect to another origin", () => {
  test.each(calls.flatMap(([what, path, make]) => [301, 302, 303, 307, 308].map((code) => [code, what, path, make] as const)))(
    "with %i isn't followed by %s",
    async (code, _what, path, make) => {
      const { api } = await fresh();
      gitHub.fail({ match: path, status: code, headers: { location: `${elsewhere.url.origin}/x` } });
      expect(await failureOf(() => make(api))).toBe("github.unavailable");
      expect(heard).toEqual([]);
    },
  );

  test.each([
    ["of another scheme", "https://"],
    ["of another port", "http://127.0.0.1:1/"],
    ["with credentials", `http://a:b@${new URL(gitHub.url).host}/api/v3/user`],
    ["that is none", "http://["],
  ])("%s is none within it", async (_what, location) => {
    const { api } = await fresh();
    const fault = gitHub.fail({ match: "/user", status: 302, headers: { location } });
    expect(await failureOf(() => api.reach(() => api.asUser("gho_1").rest.users.getAuthenticated()))).toBe(
      "github.unavailable",
    );
    expect(fault.hits()).toBe(1);
  });

  test("is told in the log, without what stands behind the origin", async () => {
    const { api, logs } = await fresh();
    gitHub.fail({ match: "/user", status: 302, headers: { location: `${elsewhere.url.origin}/?code=s3cret` } });
    await failureOf(() => api.reach(() => api.asUser("gho_1").rest.users.getAuthenticated()));
    expect(logs()).toContain(elsewhere.url.origin);
    expect(logs()).not.toContain("s3cret");
  });
});

describe("a redirect within GitHub", () => {
  test("is followed for reads and writes, as of a renamed repository", async () => {
    const { api } = await fresh();
    const repository = await gitHub.addRepository({ name: "old", files: { "README.md": "hello" } });
    repository.rename("new");
    const { data } = await api.reach(() => api.installation().rest.repos.get({ owner, repo: "old" }));
    expect(data.name).toBe("new");
    const sha = (await repository.head()) ?? "";
    await api.reach(() => api.installation().rest.repos.createCommitStatus({ ...status, repo: "old", sha }));
    expect(gitHub.statuses({ sha })).toHaveLength(1);
  });

  test.each([301, 302, 303])("with %i doesn't turn a write into a read", async (code) => {
    const { api } = await fresh();
    const path = `/repos/acme/web/statuses/${status.sha}`;
    gitHub.fail({ match: path, method: "POST", status: code, headers: { location: `${gitHub.apiUrl}${repositoryPath}` } });
    const before = gitHub.requests().filter((request) => request.path === repositoryPath).length;
    expect(await failureOf(() => api.reach(() => api.installationNow().rest.repos.createCommitStatus(status)))).toBe(
      "github.unavailable",
    );
    expect(gitHub.requests().filter((request) => request.path === repositoryPath)).toHaveLength(before);
  });

  test("isn't followed round and round", async () => {
    const { api } = await fresh();
    const fault = gitHub.fail({ match: "/user", status: 302, headers: { location: `${gitHub.apiUrl}/user` } });
    expect(await failureOf(() => api.reach(() => api.asUser("gho_1").rest.users.getAuthenticated()))).toBe(
      "github.unavailable",
    );
    expect(fault.hits()).toBeLessThanOrEqual(6);
  });
});

describe("a list", () => {
  test("isn't read on where its next page is of another origin", async () => {
    const { api } = await fresh();
    gitHub.fail({
      match: collaborators,
      status: 200,
      body: '[{"login":"ada"}]',
      headers: { link: `<${elsewhere.url.origin}/page/2>; rel="next"` },
    });
    expect(await failureOf(() => api.reach(() => listed(api)))).toBe("github.unavailable");
    expect(heard).toEqual([]);
  });

  test("ends after a thousand pages, read at once or page by page", async () => {
    const { api } = await fresh();
    const octokit = api.asUser("gho_1");
    let pages = 0;
    // In place of the network, where a thousand calls would take their time.
    octokit.hook.wrap("request", (_request, { url }) => {
      pages += 1;
      return { status: 200, url, data: [], headers: { link: `<${gitHub.apiUrl}/user/emails?after=${pages}>; rel="next"` } };
    });
    const list = octokit.rest.users.listEmailsForAuthenticatedUser;
    expect(await failureOf(() => api.reach(() => octokit.paginate(list)))).toBe("github.unavailable");
    expect(pages).toBe(1001);
    const readPages = async () => {
      for await (const _page of octokit.paginate.iterator(list));
    };
    expect(await failureOf(() => api.reach(readPages))).toBe("github.unavailable");
    expect(pages).toBe(2002);
  });

  test("that GitHub breaks off with 409 isn't taken for a whole one", async () => {
    const { api } = await fresh();
    const octokit = api.installation();
    for (let number = 0; number < 3; number++) await gitHub.addRepository({ name: `cut-${number}` });
    gitHub.fail({ match: ({ query }) => query.get("page") === "2", status: 409 });
    const list = octokit.rest.repos.listForOrg;
    expect(await failureOf(() => api.reach(() => octokit.paginate(list, { org: owner, per_page: 2 })))).toBe(
      "github.unavailable",
    );
    const readPages = async () => {
      for await (const _page of octokit.paginate.iterator(list, { org: owner, per_page: 2 }));
    };
    expect(await failureOf(() => api.reach(readPages))).toBe("github.unavailable");
  });

  test("of several pages is read whole, each page by the caller's own function too", async () => {
    const { api } = await fresh();
    const octokit = api.installation();
    for (let number = 0; number < 5; number++) await gitHub.addRepository({ name: `many-${number}` });
    const repositories = await octokit.paginate(octokit.rest.repos.listForOrg, { org: owner, per_page: 2 });
    expect(repositories.length).toBeGreaterThanOrEqual(7);
    const names = await octokit.paginate(octokit.rest.repos.listForOrg, { org: owner, per_page: 2 }, ({ data }) =>
      data.map(({ name }) => name),
    );
    expect(names).toEqual(repositories.map(({ name }) => name));
  });
});

describe("an answer", () => {
  const readUser = (api: Api) => api.reach(() => api.asUser("gho_1").rest.users.getAuthenticated());
  const mebibyte = new Uint8Array(1024 * 1024).fill(0x20);
  const gzipped = { "content-encoding": "gzip" };

  test.each([
    ["unpacks to more than 64 MiB", { body: new Uint8Array(gzipSync(Buffer.alloc(65 * 1024 * 1024, " "))), headers: gzipped }],
    ["says that it has more", { body: "{}", headers: { "content-length": String(65 * 1024 * 1024) } }],
    ["has no end", { body: () => new ReadableStream({ pull: (controller) => controller.enqueue(mebibyte) }) }],
    ["is packed in a way nobody asked for", { body: "{}", headers: { "content-encoding": "br" } }],
    ["can't be unpacked", { body: "{}", headers: gzipped }],
  ])("that %s isn't taken", async (_what, fault) => {
    const { api } = await fresh();
    gitHub.fail({ match: "/user", status: 200, ...fault });
    expect(await failureOf(() => readUser(api))).toBe("github.unavailable");
  });

  test("of some megabytes is, packed or not", async () => {
    const { api } = await fresh();
    const body = JSON.stringify({ login: "ada", bio: "é".repeat(3_000_000) });
    for (const fault of [{ body }, { body: new Uint8Array(gzipSync(body)), headers: gzipped }]) {
      gitHub.fail({ match: "/user", status: 200, times: 1, ...fault });
      expect((await readUser(api)).data).toEqual(JSON.parse(body));
    }
  });
});

test("what the stand-in has is reached all the same", async () => {
  const { api } = await fresh();
  expect((await api.asUser(gitHub.userToken(ada)).rest.users.getAuthenticated()).data.login).toBe("ada");
  expect((await api.installation().rest.repos.get({ owner, repo: web.name })).data.id).toBe(web.id);
});
