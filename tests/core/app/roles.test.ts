import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { patientWorld } from "../../cli/world/patient";
import { startCommand } from "../../support/command";

setDefaultTimeout(30_000);

describe("a process for HTTP and one for jobs, on one database", async () => {
  const { env } = await patientWorld();
  const web = startCommand("start", { env: { ...env, COCOV_ROLE: "web" } });
  const url = await web.url();
  const jobs = startCommand("start", {
    env: { ...env, COCOV_ROLE: "jobs", COCOV_SIDEKIQ_PROBE_ADDRESS: "127.0.0.1", COCOV_SIDEKIQ_PROBE_PORT: "0" },
  });
  const probes = String((await jobs.logged("running jobs")).probes);

  test("what the one enqueues the other runs", async () => {
    expect((await fetch(`${url}/jobs/0`, { method: "POST" })).status).toBe(204);
    await jobs.logged("job ends");
    expect(web.output()).not.toContain("job begins");
    expect((await fetch(`${url}/system/probes/ready`)).status).toBe(200);
  });

  test("the one for jobs serves its probes and nothing else", async () => {
    const answer = async (path: string, method = "GET") => {
      const response = await fetch(`${probes}${path}`, { method });
      return [response.status, await response.text()];
    };
    expect(await answer("/system/ping")).toEqual([204, ""]);
    expect(await answer("/system/probes/liveness")).toEqual([200, '{"ok":true}']);
    await jobs.logged("job ends");
    expect(await answer("/system/probes/readiness")).toEqual([200, '{"ok":true}']);
    for (const path of ["/", "/wait/0", "/swagger", "/system/probes/health", "/system/probes/ready"]) {
      expect([path, (await answer(path))[0]]).toEqual([path, 404]);
    }
    expect((await answer("/system/ping", "POST"))[0]).toBe(404);
  });

  test("both stop in good order", async () => {
    for (const child of [web, jobs]) child.signal("SIGTERM");
    expect((await web.ended).exitCode).toBe(0);
    expect((await jobs.ended).exitCode).toBe(0);
  });
});
