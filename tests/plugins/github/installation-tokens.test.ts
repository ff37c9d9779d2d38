import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { pino } from "pino";
import { createCipher } from "../../../core/services/cipher/cipher";
import { sharedTokens } from "../../../plugins/github/installation-tokens";
import { startGitHub } from "../../../testing/github";
import { testKey, useTestServer } from "../../../testing/server";
import { failureOf, setUpGitHub } from "./world/set-up";

const gitHub = await startGitHub();
const shortLived = await startGitHub({ installationTokenSeconds: 200, installationId: 7 });
afterAll(() => Promise.all([gitHub.stop(), shortLived.stop()]));
const server = await useTestServer();
const { db } = server.app;
afterEach(async () => {
  await db.sql`TRUNCATE github_installation_tokens`;
});

/** Puts a token into the database that GitHub doesn't know. @param age in seconds */
async function storeStaleToken(key = testKey, age = 3600): Promise<void> {
  const env = gitHub.environment();
  const scope = `${gitHub.apiUrl}|${env.COCOV_GITHUB_APP_ID}`;
  const tokens = sharedTokens({ db, cipher: createCipher(key), log: pino({ level: "silent" }), scope });
  const [past, future] = [-age, 3600].map((seconds) => new Date(Date.now() + seconds * 1000).toISOString());
  await tokens.set(env.COCOV_GITHUB_APP_INSTALLATION_ID ?? "", `ghs_stale|${past}|${future}|all||`);
}

describe("an installation token", () => {
  test("is shared by all processes", async () => {
    const before = gitHub.installationTokensIssued();
    const [one, two] = [setUpGitHub(server, gitHub.environment()), setUpGitHub(server, gitHub.environment())];
    const token = await one.api.installationToken();
    expect(await two.api.installationToken()).toBe(token);
    await two.api.installationNow().rest.apps.listReposAccessibleToInstallation();
    expect(gitHub.installationTokensIssued() - before).toBe(1);
  });

  test("is stored encrypted", async () => {
    const token = await setUpGitHub(server, gitHub.environment()).api.installationToken();
    const [row] = await db.sql<{ token: Uint8Array }[]>`SELECT token FROM github_installation_tokens`;
    expect(Buffer.from(row?.token ?? []).toString("latin1")).not.toContain(token);
  });

  test("is renewed some minutes before it expires", async () => {
    const { api } = setUpGitHub(server, shortLived.environment());
    const first = await api.installationToken();
    expect(await api.installationToken()).not.toBe(first);
  });

  test("that GitHub no longer takes is dropped, so that the next call gets another one", async () => {
    await storeStaleToken();
    const { api } = setUpGitHub(server, gitHub.environment());
    const list = () => api.reach(() => api.installationNow().rest.apps.listReposAccessibleToInstallation());
    expect(await failureOf(list)).toBe("github.unavailable");
    expect((await list()).status).toBe(200);
  });

  test("that is new is kept when it is refused: GitHub doesn't take it everywhere yet", async () => {
    const { api } = setUpGitHub(server, gitHub.environment());
    await storeStaleToken(testKey, 5);
    expect(await failureOf(() => api.reach(() => api.installationNow().rest.apps.listReposAccessibleToInstallation()))).toBe(
      "github.unavailable",
    );
    await api.forgetInstallationToken();
    expect(await api.installationToken()).toBe("ghs_stale");
  });

  test("stored under a key that is gone is replaced", async () => {
    await storeStaleToken("f".repeat(32));
    expect(await setUpGitHub(server, gitHub.environment()).api.installationToken()).not.toBe("ghs_stale");
  });

  test("can't be had with credentials that GitHub refuses", async () => {
    const { api, logs } = setUpGitHub(server, { ...gitHub.environment(), COCOV_GITHUB_APP_INSTALLATION_ID: "404" });
    expect(await failureOf(() => api.installationToken())).toBe("github.unavailable");
    expect(logs()).toContain("GitHub refuses the App's credentials");
  });
});
