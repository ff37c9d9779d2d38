import { afterAll, describe, expect, test } from "bun:test";
import { startGitHub } from "../../../testing/github";
import { useTestServer } from "../../../testing/server";
import { setUpGitHub } from "./world/set-up";

const gitHub = await startGitHub();
afterAll(() => gitHub.stop());
const server = await useTestServer();

describe("GitHub's part in the readiness probe", () => {
  test("is never what makes the platform unready", () => {
    expect(setUpGitHub(server, gitHub.environment()).readiness).toMatchObject({ name: "github", required: false });
  });

  test("says that settings are missing, which the start-up log names", async () => {
    expect(await setUpGitHub(server, {}).readiness.check()).toBe("not_configured");
    expect(server.logs()).toContain("missing: COCOV_GITHUB_ORG_NAME, COCOV_GITHUB_APP_ID");
  });

  test("asks GitHub once for many probes", async () => {
    const { readiness } = setUpGitHub(server, gitHub.environment());
    const before = gitHub.requests().length;
    expect(await Promise.all([readiness.check(), readiness.check()])).toEqual(["ok", "ok"]);
    expect(await readiness.check()).toBe("ok");
    const paths = gitHub
      .requests()
      .slice(before)
      .map(({ path }) => path);
    expect(paths.filter((path) => path === "/rate_limit")).toHaveLength(1);
  });

  test("says that GitHub fails", async () => {
    gitHub.fail({ match: "/rate_limit" });
    expect(await setUpGitHub(server, gitHub.environment()).readiness.check()).toBe("failing");
    gitHub.clearFaults();
  });
});
