import { afterAll, describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { startTestServer, type TestServer } from "../../../testing/server";
import { until } from "../../system/world/until";
import { startCollector } from "./world/collector";

const stopped: (() => Promise<void>)[] = [];
afterAll(async () => void (await Promise.all(stopped.map((stop) => stop()))));

async function world(env: Record<string, string> = {}) {
  const collector = startCollector();
  stopped.push(collector.stop);
  const server = await startTestServer({
    env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/spans`, OTEL_BSP_SCHEDULE_DELAY: "60000", ...env },
  });
  return { collector, server };
}

const ask = (server: TestServer, times = 1) =>
  Promise.all(Array.from({ length: times }, async () => (await server.request("GET", "/v1/user")).status));
const said = (server: TestServer, what: string) =>
  server
    .logs()
    .split("\n")
    .filter((line) => line.includes(what));

test("what hasn't been sent is sent at shutdown, as protobuf and compressed when that is wanted", async () => {
  const { collector, server } = await world({ OTEL_EXPORTER_OTLP_COMPRESSION: "gzip" });
  await ask(server, 3);
  expect(collector.requests).toEqual([]);
  await server.stop();
  const [request] = collector.requests;
  expect(request?.path).toBe("/spans");
  expect(request?.headers.get("content-type")).toBe("application/x-protobuf");
  expect(request?.headers.get("content-encoding")).toBe("gzip");
  const asked = collector.spans.filter(({ name }) => name === "GET /v1/user");
  expect(asked).toHaveLength(3);
  expect(asked[0]).toMatchObject({
    kind: 2,
    attributes: { "http.response.status_code": 401 },
    resource: { "service.name": "cocov" },
  });
});

test("a collector that refuses, and then takes spans again, is told of once each; nothing that it answered is logged", async () => {
  const { collector, server } = await world({ OTEL_BSP_SCHEDULE_DELAY: "10" });
  collector.behave(400);
  for (let round = 0; round < 3; round++) {
    await ask(server, 2);
    const before = collector.requests.length;
    await until(
      () => collector.requests.length > before,
      () => "nothing was sent",
    );
  }
  collector.behave(200);
  await ask(server);
  await collector.received(({ name }) => name === "GET /v1/user");
  await server.stop();
  expect(said(server, "the collector takes no spans")).toHaveLength(1);
  expect(said(server, '"reason":"400"')).toHaveLength(1);
  expect(said(server, "the collector takes spans again")).toHaveLength(1);
  expect(server.logs()).not.toContain("bad news");
});

test("a collector that is silent holds up nobody, holds few spans, and lets the platform stop within its time", async () => {
  const { collector, server } = await world({
    OTEL_BSP_SCHEDULE_DELAY: "10",
    OTEL_BSP_MAX_QUEUE_SIZE: "20",
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "10",
  });
  collector.behave("silent");
  expect(new Set(await ask(server, 100))).toEqual(new Set([401]));
  const begun = performance.now();
  await server.stop();
  // Its settings give it three seconds in all.
  expect(performance.now() - begun).toBeLessThan(3000);
  expect(said(server, "takes too long")).toEqual([]);
  expect(collector.requests.length).toBeLessThanOrEqual(1 + 2);
});

describe("no traces are made", () => {
  test.each([
    ["unless a collector is named", { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "" }],
    ["when OTEL_SDK_DISABLED says so", { OTEL_SDK_DISABLED: "true" }],
    ["when they are to go nowhere", { OTEL_TRACES_EXPORTER: "none" }],
  ])("%s, and nothing is observed for them", async (_when, env) => {
    const { collector, server } = await world(env);
    await ask(server);
    expect(server.app.plugins.find(({ plugin }) => plugin.name === "tracing")?.parts).toEqual({});
    await server.stop();
    expect(collector.requests).toEqual([]);
  });

  test("of what the sampler leaves out, for nobody in it", async () => {
    const { collector, server } = await world({ OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0" });
    await ask(server);
    await server.stop();
    expect(collector.spans).toEqual([]);
  });
});

test.each([
  ["OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "http/protobuf or http/json"],
  ["OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "URL"],
  ["OTEL_EXPORTER_OTLP_ENDPOINT", "http://ada:hunter2@collector", "credentials"],
  ["OTEL_EXPORTER_OTLP_HEADERS", "hunter2", "KEY=VALUE"],
  ["OTEL_TRACES_SAMPLER_ARG", "2", "from 0 to 1"],
  ["OTEL_TRACES_SAMPLER", "jaeger_remote", "parentbased_"],
])("%s=%s stops the start with what is accepted", async (name, value, accepted) => {
  const start = startTestServer({ env: { [name]: value }, databaseUrl: "postgres://nowhere" });
  const message: string = await start.then(
    () => "",
    ({ message }: Error) => message,
  );
  expect(message).toContain(name);
  expect(message).toContain(accepted);
  expect(message).not.toContain("hunter2");
});

test("nothing but this plugin's own modules loads the packages of OpenTelemetry, and the manifest doesn't", async () => {
  const folder = `${import.meta.dir}/../../../plugins/tracing`;
  const files = await readdir(folder);
  expect(files).toContain("index.ts");
  for (const file of ["index.ts", "settings.ts", "key-values.ts"])
    expect(await Bun.file(`${folder}/${file}`).text()).not.toContain("@opentelemetry");
});
