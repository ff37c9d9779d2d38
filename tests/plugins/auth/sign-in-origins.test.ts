import { describe, expect, test } from "bun:test";
import { loadInstallation } from "../../../core/app/installation";
import { StartupError } from "../../../core/startup-error";
import { refusal, useAuthWorld } from "./world/auth-world";

const { server } = await useAuthWorld({ COCOV_SIGN_IN_ORIGINS: "https://ui.example.org, http://localhost:4000/" });
const begin = (redirect: string) => server.request("POST", "/auth/begin", { body: { redirect } });

describe("where origins are listed, signing in", () => {
  test.each([
    "https://ui.example.org",
    "https://ui.example.org:443/a?b#c",
    "HTTPS://UI.EXAMPLE.ORG/",
    "http://localhost:4000/auth/signin",
  ])("leads back to %s", async (redirect) => {
    expect((await begin(redirect)).status).toBe(200);
  });

  test.each([
    "http://ui.example.org/",
    "https://ui.example.org:8443/",
    "https://ui.example.org.evil.example/",
    "https://evil.example/https://ui.example.org/",
    "http://localhost/",
    "http://127.0.0.1:4000/",
  ])("doesn't lead to %s", async (redirect) => {
    expect(await refusal(await begin(redirect))).toEqual({ status: 400, code: "session.bad_redirect_uri" });
  });
});

test.each(["ui.example.org", "https://ui.example.org/auth", "https://*.example.org", "ftp://ui.example.org", "https://a@b"])(
  "%s isn't taken for an origin at start",
  async (entry) => {
    const loading = loadInstallation({ env: { COCOV_SIGN_IN_ORIGINS: `https://ok.example.org,${entry}` }, config: {} });
    const error = await loading.catch((error: unknown) => error);
    expect(error).toBeInstanceOf(StartupError);
    expect(String(error)).toContain("COCOV_SIGN_IN_ORIGINS");
  },
);
