import { expect, setDefaultTimeout, test } from "bun:test";
import { patientWorld } from "../../cli/world/patient";
import { runToEnd, startCommand } from "../../support/command";

setDefaultTimeout(30_000);

test("a server that may not migrate says that it isn't ready, until somebody else has migrated", async () => {
  const { env } = await patientWorld({ COCOV_AUTO_MIGRATE: "false" });
  const server = startCommand("start", { env });
  const url = await server.url();
  const answer = async (path: string) => {
    const response = await fetch(url + path);
    const text = await response.text();
    return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : text };
  };
  expect(await answer("/system/probes/health")).toEqual({ status: 200, body: { pong: true } });
  expect((await answer("/system/probes/startup")).status).toBe(503);
  expect(await answer("/system/probes/ready")).toMatchObject({
    status: 503,
    body: { ready: false, checks: { database: "ok", migrations: "failing", jobs: "failing" } },
  });
  expect(await answer("/wait/0")).toMatchObject({ status: 503, body: { code: "not_ready" } });
  expect((await answer("/nowhere")).status).toBe(404);
  expect(server.output()).toContain("run `bun run migrate`");
  expect(server.output()).not.toContain('"starting"');

  expect((await runToEnd("migrate", { env })).exitCode).toBe(0);
  await server.logged("starting");
  while ((await answer("/system/probes/ready")).status !== 200) await Bun.sleep(50);
  expect(await answer("/system/probes/startup")).toEqual({ status: 200, body: "OK" });
  expect(await answer("/wait/0")).toEqual({ status: 200, body: { waited: 0 } });
  expect((await fetch(`${url}/jobs/0`, { method: "POST" })).status).toBe(204);
  await server.logged("job ends");
  server.signal("SIGTERM");
  expect((await server.ended).exitCode).toBe(0);
});

test("a server that waits for migrations can be stopped", async () => {
  const { env } = await patientWorld({ COCOV_AUTO_MIGRATE: "false" });
  const server = startCommand("start", { env });
  await server.url();
  server.signal("SIGTERM");
  expect(await server.ended).toMatchObject({ exitCode: 0, stderr: "" });
});
