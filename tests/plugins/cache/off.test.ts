import { expect, test } from "bun:test";
import { restoreClients } from "../../../plugins/cache/clients";
import { followEvictions } from "../../../plugins/cache/jobs";
import { json } from "../../../testing/factories";
import { startTestPlatform, type TestPlatform, type TestPlatformOptions } from "../../../testing/test-platform";

const manifest = { ".cocov.yaml": "version: 0.1.alpha\nchecks: [{ plugin: acme/lint }]" };
const entry = new URLSearchParams({ engine: "local", name: "n", name_hash: "h", size: "5", mime: "m" });

/** Starts a platform for one test, with a repository whose checks wait for a Worker. */
async function withPlatform(options: TestPlatformOptions, act: (platform: TestPlatform, id: number) => Promise<void>) {
  const platform = await startTestPlatform(options);
  try {
    const { repository } = await platform.createRepository({ name: "api", files: manifest });
    await act(platform, repository.id);
    expect(await platform.jobs.dead()).toEqual([]);
  } finally {
    await platform.stop();
  }
}

/** @returns the status of an answer and its code, if it has one */
async function answered(platform: TestPlatform, method: string, path: string): Promise<string> {
  const answer = await platform.request(method, path, { token: await platform.admin() });
  const { code = "" } = answer.status === 204 ? {} : await answer.json();
  return `${answer.status} ${code}`.trim();
}

test("without a Cache service the cache shows as switched off, and nothing of it can be deleted", async () => {
  await withPlatform({}, async (platform, id) => {
    const token = await platform.admin();
    const settings = "/v1/repositories/api/settings/cache";
    expect(await json<object>(await platform.request("GET", settings, { token }), 200)).toEqual({
      repository: expect.objectContaining({ id }),
      enabled: false,
    });
    expect(await json<object>(await platform.request("GET", "/v1/admin/tool_cache", { token }), 200)).toEqual({
      enabled: false,
    });
    for (const [method, path] of [
      ["POST", `${settings}/purge`],
      ["DELETE", `${settings}/1`],
      ["POST", "/v1/admin/tool_cache/purge"],
      ["DELETE", "/v1/admin/tool_cache/1"],
    ] as const) {
      expect([path, await answered(platform, method, path)]).toEqual([path, "400 cache_settings.cache_disabled"]);
    }
    expect(await answered(platform, "POST", "/v1/repositories/nope/settings/cache/purge")).toBe("404 not_found");
    // Its catalogue works all the same, for a service that was set up before the platform was told.
    const stored = await platform.request("POST", `/v1/repositories/${id}/cache/?${entry}`, {
      token: await platform.serviceToken(),
    });
    expect(stored.status).toBe(200);
    await platform.run(followEvictions, {});
    await platform.run(restoreClients, {});
  });
});

test("a Cache service without a Redis is warned of; what it can't be told waits, and the catalogue works", async () => {
  const env = { COCOV_CACHE_SERVICE_URL: "http://cache.example.org" };
  await withPlatform({ env }, async (platform, id) => {
    expect(platform.logs()).toContain("COCOV_REDIS_URL");
    const service = await platform.serviceToken();
    const { id: stored } = await json<{ id: number }>(
      await platform.request("POST", `/v1/repositories/${id}/cache/?${entry}`, { token: service }),
      200,
    );
    expect(await answered(platform, "DELETE", `/v1/repositories/api/settings/cache/${stored}`)).toBe("204");
    expect(await answered(platform, "POST", "/v1/repositories/api/settings/cache/purge")).toBe("204");
    await platform.idle();
    await platform.run(followEvictions, {});
    await platform.run(restoreClients, {});
    expect((await platform.jobs.list({ name: "redis.deliver" })).length).toBe(2);
  });
});

test("without checks there is a cache, which nobody is let into", async () => {
  const without = ["checks", "issues", "coverage", "secrets", "worker-http", "worker-redis", "quotas"];
  const env = { COCOV_CACHE_SERVICE_URL: "http://cache.example.org" };
  await withPlatform({ env, without }, async (platform, id) => {
    const stored = await platform.request("POST", `/v1/repositories/${id}/cache/?${entry}`, {
      token: await platform.serviceToken(),
    });
    expect(stored.status).toBe(200);
    expect(await answered(platform, "POST", "/v1/repositories/api/settings/cache/purge")).toBe("204");
    await platform.run(followEvictions, {});
  });
});

test("without a cache checks run, and its routes are gone; what it kept goes with its repository", async () => {
  await withPlatform({ without: ["cache"] }, async (platform, id) => {
    expect(await answered(platform, "GET", "/v1/repositories/api/settings/cache")).toBe("404 not_found");
    expect(await answered(platform, "GET", "/v1/cache/tools?engine=local")).toBe("404 not_found");
    await platform.db.sql`
      INSERT INTO cache_entries (repository_id, name, name_hash, engine, mime, size) VALUES (${id}, 'n', 'h', 'local', 'm', 1)`;
    expect(await answered(platform, "POST", "/v1/repositories/api/settings/delete")).toBe("204");
    await platform.idle();
    expect(await platform.db.sql`SELECT FROM cache_entries`).toHaveLength(0);
  });
});
