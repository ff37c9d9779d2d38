import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { startGitHub } from "../../../testing/github";
import { useTestServer } from "../../../testing/server";
import { failureOf, setUpGitHub } from "./world/set-up";

const gitHub = await startGitHub();
afterAll(() => gitHub.stop());
afterEach(() => gitHub.clearFaults());
const server = await useTestServer();
const { api } = setUpGitHub(server, gitHub.environment());
const ada = gitHub.addUser({ login: "ada" });
const redirectUri = "https://cocov.example.org/auth/signin?exchange_token=0f&x=1";

// The example of RFC 7636, appendix B.
const codeVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const codeChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const exchange = (code: string) => api.exchangeCode({ code, redirect: redirectUri, codeVerifier });

/** @returns a code for `ada`, as her browser brings it back */
async function code(): Promise<string> {
  const url = api.authorizeUrl({ redirectUri, state: "9a", scope: "user:email,repo", codeChallenge });
  return (await gitHub.authorize(url, ada)).code;
}

describe("the address of GitHub's consent page", () => {
  test("carries client, redirect, state, scope and challenge", () => {
    expect(api.authorizeUrl({ redirectUri, state: "9a", scope: "user:email,repo", codeChallenge })).toBe(
      `${gitHub.url}/login/oauth/authorize?allow_signup=false&client_id=Iv1.8a61f9b3a7aba766` +
        "&redirect_uri=https%3A%2F%2Fcocov.example.org%2Fauth%2Fsignin%3Fexchange_token%3D0f%26x%3D1" +
        `&scope=user%3Aemail%2Crepo&state=9a&code_challenge=${codeChallenge}&code_challenge_method=S256`,
    );
  });

  test("can't be made without an OAuth client", async () => {
    const bare = setUpGitHub(server, {});
    const make = async () => bare.api.authorizeUrl({ redirectUri, state: "9a", scope: "repo", codeChallenge });
    expect(await failureOf(make)).toBe("github.not_configured");
    expect(bare.logs()).toContain("COCOV_GITHUB_OAUTH_CLIENT_ID");
  });
});

describe("exchanging a code", () => {
  test("gives the user's token", async () => {
    const exchanged = await exchange(await code());
    if ("refused" in exchanged) throw new Error("the code was refused");
    const { data } = await api.asUser(exchanged.accessToken).rest.users.getAuthenticated();
    expect(data.login).toBe("ada");
  });

  test("is refused for a code that GitHub doesn't know", async () => {
    expect(await exchange("guessed")).toEqual({ refused: true });
  });

  test("is refused with another verifier than its challenge was made of", async () => {
    const other = { code: await code(), redirect: redirectUri, codeVerifier: "0".repeat(43) };
    expect(await api.exchangeCode(other)).toEqual({ refused: true });
  });

  test("is refused when GitHub answers 4xx", async () => {
    gitHub.fail({ match: "/login/oauth/access_token", status: 404 });
    expect(await exchange(await code())).toEqual({ refused: true });
  });

  test("is tried once more when GitHub fails", async () => {
    const fault = gitHub.fail({ match: "/login/oauth/access_token", status: 503, times: 1 });
    expect(await exchange(await code())).toMatchObject({ accessToken: expect.any(String) });
    expect(fault.hits()).toBe(1);
  });

  test.each([
    ["keeps failing", { status: 500 }],
    ["answers neither token nor error", { status: 200, body: "{}" }],
  ])("fails with github.unavailable when GitHub %s", async (_what, fault) => {
    gitHub.fail({ match: "/login/oauth/access_token", ...fault });
    expect(await failureOf(async () => exchange(await code()))).toBe("github.unavailable");
  });
});
