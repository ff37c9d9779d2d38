import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { boundedFetch } from "../../../plugins/github/bounded-fetch";
import { startGitHub } from "../../../testing/github";
import { useTestServer } from "../../../testing/server";
import { failureOf, setUpGitHub } from "./world/set-up";

const gitHub = await startGitHub();
afterAll(() => gitHub.stop());
afterEach(() => gitHub.clearFaults());
const server = await useTestServer();
await gitHub.addRepository({ name: "web" });
const { api } = setUpGitHub(server, gitHub.environment());

const readWeb = () => api.reach(() => api.installationNow().rest.repos.get({ owner: api.orgName(), repo: "web" }));
const path = "/repos/acme/web";
const requestsFor = (wanted: string) => gitHub.requests().filter((request) => request.path === wanted).length;

/** @returns how many requests for the repository `act` causes */
async function counted(act: () => Promise<unknown>): Promise<number> {
  const before = requestsFor(path);
  await act();
  return requestsFor(path) - before;
}

describe("a call to GitHub", () => {
  test("is made as the App's installation, with a key as GitHub hands it out", async () => {
    const { data } = await readWeb();
    expect(data.full_name).toBe("acme/web");
    expect(gitHub.requests().at(-1)).toMatchObject({ path, caller: "installation" });
  });

  test("is made with a user's token", async () => {
    const ada = gitHub.addUser({ login: "ada" });
    const { data } = await api.asUser(gitHub.userToken(ada)).rest.users.getAuthenticated();
    expect(data.login).toBe("ada");
  });

  test.each([
    ["an answer with status 502", { status: 502 }],
    ["an answer cut in the middle", { cutAfterBytes: 20 }],
    ["the page of a proxy", { status: 200, body: "<html>", headers: { "content-type": "text/html" } }],
    ["broken JSON", { status: 200, body: '{"id":', headers: { "content-type": "application/json" } }],
  ])("is repeated once after %s", async (_what, fault) => {
    gitHub.fail({ match: path, times: 1, ...fault });
    expect(await counted(readWeb)).toBe(2);
    gitHub.fail({ match: path, ...fault });
    expect(await counted(async () => expect(await failureOf(readWeb)).toBe("github.unavailable"))).toBe(2);
  });

  test.each([400, 404, 409, 422])(
    "isn't repeated after an answer with status %i, which the caller gets to see",
    async (status) => {
      gitHub.fail({ match: path, status });
      expect(await counted(async () => expect(await failureOf(readWeb)).toBe(status))).toBe(1);
    },
  );

  test.each([
    ["429", { status: 429 }],
    ["403 and none remaining", { status: 403, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "9999999999" } }],
    ["403 and its secondary limit", { status: 403, body: '{"message":"You have exceeded a secondary rate limit"}' }],
  ])("that meets the rate limit (%s) is given up where a user waits", async (_what, fault) => {
    gitHub.fail({ match: path, ...fault });
    expect(await counted(async () => expect(await failureOf(readWeb)).toBe("github.unavailable"))).toBe(1);
  });

  test("that meets a short rate limit is repeated after it in a job", async () => {
    const limit = {
      status: 429,
      headers: { "retry-after": "1" },
      body: '{"message":"You have exceeded a secondary rate limit"}',
    };
    gitHub.fail({ match: path, times: 1, ...limit });
    const read = () => api.installation().rest.repos.get({ owner: "acme", repo: "web" });
    expect(await counted(read)).toBe(2);
  });

  test("fails with github.unavailable while GitHub can't be reached", async () => {
    await gitHub.down();
    expect(await failureOf(readWeb)).toBe("github.unavailable");
    await gitHub.up();
    expect((await readWeb()).status).toBe(200);
  });

  test("ends when GitHub never answers, or stops in the middle of an answer", async () => {
    gitHub.fail({ match: path, hang: true, times: 1 });
    const quick = (baseUrl: string) => boundedFetch({ baseUrl, timeoutMs: 50 });
    await expect(quick(gitHub.apiUrl)(`${gitHub.apiUrl}${path}`, {})).rejects.toMatchObject({ name: "TimeoutError" });
    const trickling = Bun.serve({
      port: 0,
      fetch: () => new Response(new ReadableStream({ start: (controller) => controller.enqueue("{") })),
    });
    await expect(quick(trickling.url.href)(trickling.url.href, {})).rejects.toMatchObject({ name: "TimeoutError" });
    await trickling.stop(true);
  });

  test("without the settings it needs fails, and the log names them", async () => {
    const bare = setUpGitHub(server, {});
    expect(await failureOf(async () => bare.api.orgName())).toBe("github.not_configured");
    expect(await failureOf(async () => bare.api.installation())).toBe("github.not_configured");
    expect(await failureOf(() => bare.api.installationToken())).toBe("github.not_configured");
    for (const name of ["ORG_NAME", "APP_ID", "APP_PRIVATE_KEY", "APP_INSTALLATION_ID"]) {
      expect(bare.logs()).toContain(`COCOV_GITHUB_${name}`);
    }
  });

  test("puts no token into the log", async () => {
    const { api: own, logs } = setUpGitHub(server, gitHub.environment());
    gitHub.fail({ match: path, status: 500 });
    expect(await failureOf(() => own.reach(() => own.installationNow().rest.repos.get({ owner: "acme", repo: "web" })))).toBe(
      "github.unavailable",
    );
    expect(logs()).toContain(path);
    expect(logs()).not.toContain(await own.installationToken());
  });
});

test("git's address of a repository carries no credentials", () => {
  expect(api.gitUrl("foo.js")).toBe(`${gitHub.url}/acme/foo.js.git`);
});
