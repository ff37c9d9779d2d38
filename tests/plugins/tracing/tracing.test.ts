import { afterAll, describe, expect, test } from "bun:test";
import { useTestPlatform } from "../../../testing";
import { type ReceivedSpan, startCollector } from "./world/collector";

const collector = startCollector();
afterAll(() => collector.stop());
const platform = await useTestPlatform({
  env: {
    OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20hunter2,x-tenant=acme",
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test%20bed,service.name=unheard",
    OTEL_SERVICE_NAME: "quality",
    OTEL_BSP_SCHEDULE_DELAY: "20",
  },
});
const { github } = platform;
const { onGitHub } = await platform.createRepository({ name: "shop", files: { ".cocov.yaml": "version: nonsense\n" } });

const traceId = "0af7651916cd43dd8448eb211c80319c";
const callersSpan = "b7ad6b7169203331";
const asPartOf = (flags: string, id = traceId) => ({ traceparent: `00-${id}-${callersSpan}-${flags}` });
const parentOf = (span: ReceivedSpan | undefined) =>
  collector.spans.find(({ traceId, spanId }) => traceId === span?.traceId && spanId === span?.parentSpanId);
const lineage = (span: ReceivedSpan | undefined): string[] => (span ? [...lineage(parentOf(span)), span.name] : []);
const inTraceOf = (span: ReceivedSpan, name: string) =>
  collector.spans.filter((other) => other.traceId === span.traceId && other.name === name);

test("a push is one trace: from the webhook through jobs, git, SQL and GitHub to the commit status", async () => {
  const { sha } = await platform.push(onGitHub, { files: { "src/basket.py": "items = []\n" } });
  await github.waitForStatus({ sha });
  // The statuses of the repository's first commit are in a trace of their own.
  const posted = await collector.received(
    ({ name, traceId }) =>
      name === "POST /repositories/{id}/statuses/{sha}" &&
      collector.spans.some((span) => span.traceId === traceId && span.name === "POST /v1/github/events"),
  );
  expect(lineage(posted)).toEqual([
    "POST /v1/github/events",
    "process github.handle_delivery",
    "process repositories.process_commit",
    "process checks.run",
    "process github.post_status",
    "POST /repositories/{id}/statuses/{sha}",
  ]);
  await collector.received(({ name, traceId }) => name === "POST /v1/github/events" && traceId === posted.traceId);
  for (const [name, within] of [
    ["git fetch", "process repositories.process_commit"],
    ["git archive", "process repositories.process_commit"],
    ["INSERT github_deliveries", "POST /v1/github/events"],
    ["INSERT commits", "process github.handle_delivery"],
    ["UPDATE github_statuses", "process github.post_status"],
  ]) {
    const parents = inTraceOf(posted, name ?? "").map((span) => parentOf(span)?.name);
    expect({ name, parents: [...new Set(parents)] }).toEqual({ name, parents: [within] });
  }
});

test("names, kinds and attributes are those of the semantic conventions", async () => {
  const one = (name: string) => collector.received((span) => span.name === name);
  expect(await one("POST /v1/github/events")).toMatchObject({
    kind: 2,
    failed: false,
    parentSpanId: null,
    attributes: { "http.request.method": "POST", "http.route": "/v1/github/events", "http.response.status_code": 200 },
    resource: {
      "service.name": "quality",
      "service.version": expect.stringMatching(/^\d+\.\d+\.\d+/),
      "deployment.environment.name": "test bed",
      "telemetry.sdk.name": "opentelemetry",
      "process.pid": process.pid,
    },
  });
  expect(await one("INSERT github_deliveries")).toMatchObject({
    kind: 3,
    attributes: { "db.system.name": "postgresql", "db.query.summary": "INSERT github_deliveries" },
  });
  expect(await one("process github.post_status")).toMatchObject({
    kind: 5,
    attributes: {
      "messaging.destination.name": "github.post_status",
      "messaging.operation.type": "process",
      "cocov.job.attempt": 1,
      "cocov.job.outcome": "completed",
    },
  });
  expect(await one("POST /repositories/{id}/statuses/{sha}")).toMatchObject({
    kind: 3,
    attributes: { "http.request.method": "POST", "url.template": "/repositories/{id}/statuses/{sha}" },
  });
  expect(await one("git fetch")).toMatchObject({ kind: 3, attributes: { "process.executable.name": "git" } });
  const [request] = collector.requests;
  expect(request?.path).toBe("/v1/traces");
  expect(request?.headers.get("authorization")).toBe("Bearer hunter2");
  expect(request?.headers.get("x-tenant")).toBe("acme");
});

describe("a request that its caller says is part of a trace", () => {
  const ask = (headers: Record<string, string>, path = "/v1/user") => platform.request("GET", path, { headers });

  test("is part of that one", async () => {
    await ask(asPartOf("01"));
    const span = await collector.received((span) => span.traceId === traceId);
    expect(span).toMatchObject({ name: "GET /v1/user", parentSpanId: callersSpan, failed: false });
  });

  test("isn't recorded when the caller's isn't, nor when a machine asks whether the platform lives", async () => {
    const [unrecorded, probed, later] = ["1", "2", "3"].map((digit) => digit.repeat(32));
    await ask(asPartOf("00", unrecorded));
    await ask(asPartOf("01", probed), "/system/probes/ready");
    await ask(asPartOf("01", later));
    await collector.received(({ traceId }) => traceId === later);
    expect(collector.spans.filter(({ traceId }) => traceId === unrecorded || traceId === probed)).toEqual([]);
  });
});

test("what fails is shown with a code, and the next attempt as part of the same work", async () => {
  const fault = github.fail({ match: "**/statuses/*", status: 500 });
  const { sha } = await github.push(onGitHub, { delivery: { to: `${platform.url}/v1/github/events` } });
  const attempt = await collector.received(({ name, failed }) => name === "process github.post_status" && failed);
  expect(attempt.attributes).toMatchObject({ "cocov.job.outcome": "failed", "error.type": "failed" });
  const [call] = inTraceOf(attempt, "POST /repositories/{id}/statuses/{sha}");
  expect(call).toMatchObject({ failed: true, attributes: { "http.response.status_code": 500, "error.type": "500" } });
  fault.clear();
  await platform.letTimePass(3600);
  await github.waitForStatus({ sha });
  const next = await collector.received(
    ({ name, traceId, failed }) => name === attempt.name && traceId === attempt.traceId && !failed,
  );
  expect(next).toMatchObject({ parentSpanId: attempt.parentSpanId, attributes: { "cocov.job.attempt": 2 } });
});

test("no path, value, name, address or secret leaves with them", async () => {
  const secret = "hunter3";
  await platform.request("POST", `/v1/repositories/${secret}/secrets?name=${secret}`, {
    token: secret,
    body: { name: secret, data: secret },
    headers: { ...asPartOf("01", "4".repeat(32)), "user-agent": secret, cookie: secret },
  });
  await platform.request("GET", `/${secret}/${secret}`, { headers: asPartOf("01", "5".repeat(32)) });
  const unknown = await collector.received(({ traceId }) => traceId === "5".repeat(32));
  expect(unknown).toMatchObject({ name: "GET", attributes: { "http.response.status_code": 404 } });
  const sent = collector.bodies.join("\n");
  for (const hidden of [secret, "shop", "basket", "127.0.0.1", "ghs_", onGitHub.name, "ada@"])
    expect(sent).not.toContain(hidden);
});

test("statements and calls that are nobody's work aren't shown, such as those that look for jobs", () => {
  expect(collector.spans.filter(({ name }) => name.includes("core_paused_jobs")).map(({ name }) => name)).toEqual([]);
  const roots = collector.spans.filter(({ parentSpanId }) => parentSpanId === null).map(({ kind }) => kind);
  expect(new Set(roots)).toEqual(new Set([2, 5]));
});
