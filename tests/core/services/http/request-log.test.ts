import { describe, expect, test } from "bun:test";
import { pino } from "pino";
import { z } from "zod";
import { anyone } from "../../../../core/services/http/guard";
import { text } from "../../../../core/services/http/parameters";
import { route } from "../../../../core/services/http/route";
import { errors, send, serverWith } from "./http-under-test";

const show = route({
  method: "GET",
  path: "/widgets/:name",
  summary: "Show",
  access: {
    ...anyone,
    check(context) {
      context.actor = "user:ada";
      return {};
    },
  },
  params: z.object({ name: text(), token: text().optional() }),
  answers: { 200: z.object({ name: z.string() }) },
  errors: ["widgets.busy"],
  handle({ params, log }) {
    log.warn("from the handler");
    if (params.name === "busy") throw errors.fail("widgets.busy");
    if (params.name === "broken") throw new Error("broken");
    return { name: params.name };
  },
});
const probe = route({
  method: "GET",
  path: "/probe",
  summary: "Probe",
  access: anyone,
  quiet: true,
  answers: { 204: null },
  handle: () => undefined,
});

function logged(level: string) {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level, base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const server = serverWith([show, probe], { log });
  return { server, lines, requests: () => lines.filter(({ msg }) => msg === "request") };
}

describe("each request is one line in the log", () => {
  test("with its id, route, status, duration, actor and address, and nothing of its path and query", async () => {
    const { server, requests, lines } = logged("info");
    await send(server, "GET", "/widgets/private?token=hunter2", undefined, { "x-request-id": "r.1_a-B" });
    const [line, ...others] = requests();
    expect(others).toEqual([]);
    expect(line).toMatchObject({
      level: 30,
      requestId: "r.1_a-B",
      method: "GET",
      route: "/widgets/:name",
      status: 200,
      actor: "user:ada",
      address: "127.0.0.1",
    });
    expect(line?.ms).toBeNumber();
    expect(JSON.stringify(lines)).not.toMatch(/private|hunter2/);
    expect(lines[0]).toMatchObject({ msg: "from the handler", requestId: "r.1_a-B" });
  });

  test("at a level that follows the status", async () => {
    const { server, requests } = logged("info");
    for (const path of ["/widgets/busy", "/widgets/broken", "/unknown/hunter2"]) await send(server, "GET", path);
    expect(requests().map(({ level, status, route }) => [level, status, route])).toEqual([
      [40, 409, "/widgets/:name"],
      [50, 500, "/widgets/:name"],
      [40, 404, null],
    ]);
  });

  test("at debug only for quiet routes", async () => {
    const info = logged("info");
    await send(info.server, "GET", "/probe");
    expect(info.lines).toEqual([]);
    const debug = logged("debug");
    await send(debug.server, "GET", "/probe");
    expect(debug.requests()).toHaveLength(1);
  });
});

describe("every answer carries a request id", () => {
  test.each(["abc", "A.b_c-9", "x".repeat(128)])("the caller's, like %s", async (id) => {
    for (const path of ["/widgets/a", "/widgets/busy", "/nowhere", "/probe", "/swagger"]) {
      const { headers } = await send(logged("silent").server, "GET", path, undefined, { "x-request-id": id });
      expect(headers.get("x-request-id")).toBe(id);
    }
  });

  test.each(["", "a b", "x".repeat(129), 'a"b', "ä"])("a new one instead of %j", async (id) => {
    const { headers } = await send(logged("silent").server, "GET", "/widgets/a", undefined, { "x-request-id": id });
    expect(headers.get("x-request-id")).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  });
});
