import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { createAppAuth } from "@octokit/auth-app";
import type { Octokit } from "@octokit/rest";
import { type GitHubStandIn, startGitHub } from "../../../testing/github";
import { octokitFor, QuietOctokit } from "./octokit";

let github: GitHubStandIn;

beforeAll(async () => {
  github = await startGitHub();
  await github.addRepository({ name: "api" });
});
afterAll(() => github.stop());

function appOctokit(overrides: { appId?: number; privateKey?: string; installationId?: number } = {}): Octokit {
  const environment = github.environment();
  return new QuietOctokit({
    baseUrl: environment.COCOV_GITHUB_API_URL,
    authStrategy: createAppAuth,
    auth: {
      appId: Number(environment.COCOV_GITHUB_APP_ID),
      privateKey: Buffer.from(environment.COCOV_GITHUB_APP_PRIVATE_KEY ?? "", "base64").toString(),
      installationId: Number(environment.COCOV_GITHUB_APP_INSTALLATION_ID),
      ...overrides,
    },
  });
}

describe("the App", () => {
  test("gets an installation token with its key and reads a repository with it", async () => {
    const { data } = await appOctokit().repos.get({ owner: "acme", repo: "api" });
    expect(data).toMatchObject({
      name: "api",
      full_name: "acme/api",
      private: true,
      permissions: { push: true, admin: false },
    });
    expect(github.installationTokensIssued()).toBe(1);
  });

  test("is refused with a key that isn't its own", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const octokit = appOctokit({ privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString() });
    await expect(octokit.repos.get({ owner: "acme", repo: "api" })).rejects.toMatchObject({ status: 401 });
  });

  test("is refused under another App's id", async () => {
    await expect(appOctokit({ appId: 1 }).repos.get({ owner: "acme", repo: "api" })).rejects.toMatchObject({ status: 401 });
  });

  test("doesn't know another installation", async () => {
    await expect(appOctokit({ installationId: 1 }).repos.get({ owner: "acme", repo: "api" })).rejects.toMatchObject({
      status: 404,
    });
  });

  test("gets 401 once its installation tokens are revoked", async () => {
    const octokit = octokitFor(github, github.installationToken());
    await octokit.repos.get({ owner: "acme", repo: "api" });
    github.revokeTokens();
    await expect(octokit.repos.get({ owner: "acme", repo: "api" })).rejects.toMatchObject({
      status: 401,
      message: expect.stringContaining("Bad credentials"),
    });
  });

  test("gets 404 for a repository its installation doesn't cover", async () => {
    const repository = await github.addRepository({ name: "uncovered" });
    repository.setAppAccess(false);
    const octokit = octokitFor(github, github.installationToken());
    await expect(octokit.repos.get({ owner: "acme", repo: "uncovered" })).rejects.toMatchObject({ status: 404 });
  });
});
