import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { type GitHubStandIn, startGitHub } from "../../../testing/github";

let github: GitHubStandIn;
let token: string;

beforeAll(async () => {
  github = await startGitHub();
  await github.addRepository({ name: "api", files: { a: "a" } });
  token = github.installationToken();
});
afterEach(() => github.clearFaults());
afterAll(() => github.stop());

const ask = (path = "/repos/acme/api", init: RequestInit = {}) =>
  fetch(`${github.apiUrl}${path}`, { headers: { authorization: `Bearer ${token}` }, ...init });

describe("faults", () => {
  test("answer with a status so many times, then are over", async () => {
    const fault = github.fail({ match: "/repos/acme/*", status: 503, times: 2 });
    expect([(await ask()).status, (await ask()).status, (await ask()).status]).toEqual([503, 503, 200]);
    expect(fault.hits()).toBe(2);
  });

  test("concern only the requests they match", async () => {
    github.fail({ match: (request) => request.query.get("page") === "2", method: "GET" });
    expect((await ask("/orgs/acme/repos?page=1")).status).toBe(200);
    expect((await ask("/orgs/acme/repos?page=2")).status).toBe(500);
  });

  test("play a rate limit with headers and body of the test's choice", async () => {
    github.fail({ status: 429, headers: { "retry-after": "7" }, body: '{"message":"slow down"}' });
    const response = await ask();
    expect([response.status, response.headers.get("retry-after"), await response.text()]).toEqual([
      429,
      "7",
      '{"message":"slow down"}',
    ]);
  });

  test("drop the connection before or after the request has taken effect", async () => {
    const [head = ""] = [await (await github.addRepository({ name: "dropped", files: { a: "a" } })).head()].flatMap(
      (sha) => sha ?? [],
    );
    const post = () => ask(`/repos/acme/dropped/statuses/${head}`, { method: "POST", body: '{"state":"success"}' });
    const before = github.fail({ dropConnection: true, method: "POST" });
    await expect(post()).rejects.toThrow();
    expect(github.statuses({ sha: head })).toHaveLength(0);
    before.clear();
    github.fail({ dropConnection: "after handling", method: "POST" });
    await expect(post()).rejects.toThrow();
    expect(github.statuses({ sha: head }).length).toBeGreaterThan(0);
  });

  test("never answer, or answer late", async () => {
    github.fail({ hang: true, times: 1 });
    await expect(ask("/repos/acme/api", { signal: AbortSignal.timeout(50) })).rejects.toThrow();
    github.fail({ delayMs: 10 });
    expect((await ask()).status).toBe(200);
  });
});

describe("a GitHub that is down", () => {
  test("refuses connections until it is up again on the same port", async () => {
    await github.down();
    await expect(ask()).rejects.toThrow();
    await github.up();
    expect((await ask()).status).toBe(200);
  });
});

describe("the request log", () => {
  test("tells who asked for what, without the token", async () => {
    await ask("/repos/acme/api?x=1");
    const last = github.requests().at(-1);
    expect(last).toMatchObject({
      method: "GET",
      path: "/repos/acme/api",
      scheme: "bearer",
      caller: "installation",
      status: 200,
    });
    expect(JSON.stringify(github.requests())).not.toContain(token);
  });
});
