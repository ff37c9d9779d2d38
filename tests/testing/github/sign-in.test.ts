import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type GitHubStandIn, startGitHub, type User } from "../../../testing/github";
import { octokitFor } from "./octokit";

let github: GitHubStandIn;
let ada: User;
const callback = "https://cocov.test/auth/signin?exchange_token=e1";

beforeAll(async () => {
  github = await startGitHub();
  ada = github.addUser({
    login: "ada",
    name: "Ada",
    emails: ["ada@example.org", { email: "unproven@example.org", primary: false, verified: false }],
  });
});
afterAll(() => github.stop());

function authorizeUrl(changes: Record<string, string> = {}): string {
  const client_id = github.environment().COCOV_GITHUB_OAUTH_CLIENT_ID ?? "";
  return `${github.url}/login/oauth/authorize?${new URLSearchParams({ client_id, redirect_uri: callback, state: "s1", ...changes })}`;
}

async function exchange(parameters: Record<string, string>): Promise<Record<string, string>> {
  const response = await fetch(`${github.url}/login/oauth/access_token`, {
    method: "POST",
    headers: { accept: "application/vnd.github+json" },
    body: new URLSearchParams({
      client_id: github.environment().COCOV_GITHUB_OAUTH_CLIENT_ID ?? "",
      client_secret: github.environment().COCOV_GITHUB_OAUTH_CLIENT_SECRET ?? "",
      ...parameters,
    }),
  });
  expect(response.status).toBe(200);
  return Object.fromEntries(Object.entries(Object(await response.json())).map(([key, value]) => [key, `${value}`]));
}

describe("signing in", () => {
  test("gives a token that speaks for the user", async () => {
    const { code, state, redirectedTo } = await github.authorize(authorizeUrl(), ada);
    expect(state).toBe("s1");
    expect(redirectedTo.searchParams.get("exchange_token")).toBe("e1");
    const { access_token, token_type } = await exchange({ code, redirect_uri: "https://cocov.test/auth/signin" });
    expect(token_type).toBe("bearer");
    const octokit = octokitFor(github, access_token ?? "");
    expect((await octokit.users.getAuthenticated()).data).toMatchObject({
      id: ada.id,
      login: "ada",
      avatar_url: expect.any(String),
    });
    expect((await octokit.users.listEmailsForAuthenticatedUser()).data).toMatchObject([
      { email: "ada@example.org", primary: true, verified: true },
      { email: "unproven@example.org", primary: false, verified: false },
    ]);
  });

  test("redeems a code only once", async () => {
    const { code } = await github.authorize(authorizeUrl(), ada);
    expect(await exchange({ code })).toHaveProperty("access_token");
    expect(await exchange({ code })).toMatchObject({ error: "bad_verification_code" });
  });

  test("refuses a wrong client secret and a redirect to elsewhere", async () => {
    const { code } = await github.authorize(authorizeUrl(), ada);
    expect(await exchange({ code, client_secret: "wrong" })).toMatchObject({ error: "incorrect_client_credentials" });
    expect(await exchange({ code, redirect_uri: "https://evil.test/" })).toMatchObject({ error: "redirect_uri_mismatch" });
  });

  test("asks who signs in until somebody is signed in", async () => {
    const asked = await fetch(authorizeUrl(), { redirect: "manual" });
    expect(await asked.text()).toContain("login=ada");
    github.signInAs(ada);
    expect((await fetch(authorizeUrl(), { redirect: "manual" })).status).toBe(302);
    github.signInAs(null);
  });

  test("ends for a user whose grant is revoked", async () => {
    const octokit = octokitFor(github, github.userToken(ada));
    await octokit.users.getAuthenticated();
    github.revokeTokens(ada);
    await expect(octokit.users.getAuthenticated()).rejects.toMatchObject({ status: 401 });
  });
});
