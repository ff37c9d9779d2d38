import { expect, test } from "bun:test";
import { readAddress } from "../../../plugins/metrics/address";
import { startTestServer } from "../../../testing/server";

test.each([
  ["127.0.0.1:9400", { host: "127.0.0.1", port: 9400 }],
  ["0.0.0.0:0", { host: "0.0.0.0", port: 0 }],
  ["[::1]:9400", { host: "::1", port: 9400 }],
  ["metrics.internal:80", { host: "metrics.internal", port: 80 }],
  ["9400", null],
  [":9400", null],
  ["::1:9400", null],
  ["127.0.0.1", null],
  ["127.0.0.1:65536", null],
  ["http://127.0.0.1:9400", null],
])("%s", (text, address) => {
  expect(readAddress(text)).toEqual(address);
});

test("one that is taken keeps the platform from starting, and is named", async () => {
  const taken = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const bind = `127.0.0.1:${taken.port}`;
  const starting = startTestServer({ env: { COCOV_METRICS_BIND: bind } });
  await expect(starting).rejects.toThrow(`COCOV_METRICS_BIND: 127.0.0.1, port ${taken.port}, can't be listened on`);
  await taken.stop(true);
});

test("a process that only runs jobs serves its metrics there", async () => {
  const server = await startTestServer({
    env: { COCOV_METRICS_BIND: "127.0.0.1:0", COCOV_ROLE: "jobs", COCOV_PROBE_PORT: "0" },
  });
  const [, url = ""] = /"url":"(http:\/\/[^"]+\/metrics)"/.exec(server.logs()) ?? [];
  expect(await (await fetch(url)).text()).toContain("cocov_job_duration_seconds");
  await server.stop();
});
