import { describe, expect, test } from "bun:test";
import { pino } from "pino";
import { z } from "zod";
import { ApiError } from "../../../../core/services/http/errors";
import { anyone, type Guard } from "../../../../core/services/http/guard";
import { text } from "../../../../core/services/http/parameters";
import type { AnswerOf, Answers, Route } from "../../../../core/services/http/route";
import { route } from "../../../../core/services/http/route";
import { codeOf, errors, messageOf, send, serverWith } from "./http-under-test";

const get = <const R extends Answers>(answers: R, handle: () => AnswerOf<R>, codes: string[] = []): Route =>
  route({ method: "GET", path: "/widget", summary: "Test", access: anyone, answers, errors: codes, handle });

const ask = (one: Route) => send(serverWith([one]), "GET", "/widget");

describe("an answer", () => {
  test("is JSON with the declared status", async () => {
    const reply = await ask(get({ 201: z.object({ id: z.int() }) }, () => ({ id: 1 })));
    expect([reply.status, reply.body, reply.headers.get("content-type")]).toEqual([201, { id: 1 }, "application/json"]);
  });

  test("without a value is 204, with no body and no content type", async () => {
    const reply = await ask(get({ 200: z.object({}), 204: null }, () => undefined));
    expect([reply.status, reply.body, reply.headers.get("content-type")]).toEqual([204, "", null]);
  });

  test("may be made by the handler", async () => {
    const raw = { 200: { contentType: "text/plain; charset=utf-8", summary: "Text" } };
    const reply = await ask(
      get(raw, () => new Response("hello", { headers: { "content-type": "text/plain; charset=utf-8" } })),
    );
    expect([reply.status, reply.body]).toEqual([200, "hello"]);
    expect(reply.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(reply.headers.get("x-content-type-options")).toBe("nosniff");
    const redirect = { 302: { contentType: "", summary: "Elsewhere" } };
    const moved = await ask(get(redirect, () => Response.redirect("http://elsewhere.example.org/", 302)));
    expect([moved.status, moved.headers.get("location")]).toEqual([302, "http://elsewhere.example.org/"]);
  });

  test("can't be declared twice as JSON", () => {
    expect(() => serverWith([get({ 200: z.object({}), 201: z.object({}) }, () => ({}))])).toThrow("at most one JSON body");
  });
});

describe("an error", () => {
  test("meant for the client has its code, status and headers", async () => {
    const reply = await ask(
      get({ 204: null }, () => {
        throw new ApiError("widgets.busy", 409, "Busy until noon", { "retry-after": "60" });
      }, ["widgets.busy"]),
    );
    expect([reply.status, reply.body]).toEqual([409, { code: "widgets.busy", message: "Busy until noon" }]);
    expect([reply.headers.get("retry-after"), reply.headers.get("content-type")]).toEqual(["60", "application/json"]);
  });

  test("of the platform shows the request's id and nothing else; the log has the rest", async () => {
    const lines: string[] = [];
    const log = pino({ level: "error" }, { write: (line: string) => void lines.push(line) });
    const failing = get({ 204: null }, () => {
      throw new Error("password hunter2 refused", { cause: new TypeError("inner") });
    });
    const reply = await send(serverWith([failing], { log }), "GET", "/widget", undefined, { "x-request-id": "req-1" });
    expect([reply.status, codeOf(reply)]).toEqual([500, "internal_error"]);
    expect(messageOf(reply)).toContain("req-1");
    expect(JSON.stringify(reply.body)).not.toContain("hunter2");
    const logged: unknown = JSON.parse(lines[0] ?? "");
    expect(logged).toMatchObject({
      requestId: "req-1",
      route: "/widget",
      error: { type: "Error", message: "password hunter2 refused", cause: { type: "TypeError", message: "inner" } },
    });
    expect(lines[0]).toContain("answers.test.ts");
  });
});

describe("with answers checked, a handler fails that", () => {
  const fails = async (one: Route, unchecked: number) => {
    expect(codeOf(await ask(one))).toBe("internal_error");
    expect((await send(serverWith([one], { checkAnswers: false }), "GET", "/widget")).status).toBe(unchecked);
  };
  const widget = z.object({ id: z.int(), label: z.string().min(3).optional() });

  test("breaks its schema", () =>
    fails(
      get({ 200: widget }, () => ({ id: 1, label: "x" })),
      200,
    ));
  test("adds keys its schema doesn't know", async () => {
    const wide = { id: 1, secret: "x" };
    await fails(
      get({ 200: widget }, () => wide),
      200,
    );
  });
  test("throws a code it doesn't declare", () =>
    fails(
      get({ 204: null }, () => {
        throw errors.fail("widgets.busy");
      }),
      409,
    ));
  test("answers a status or content type it doesn't declare", async () => {
    await fails(
      get({ 200: widget }, () => new Response(null, { status: 202 })),
      202,
    );
    const raw = { 200: { contentType: "text/plain", summary: "Text" } };
    await fails(
      get(raw, () => new Response("{}", { headers: { "content-type": "application/json" } })),
      200,
    );
  });
});

describe("guards", () => {
  const order: string[] = [];
  const caller: Guard<object, { caller: string }> = {
    label: "any",
    adds: { caller: "who calls" },
    errors: ["widgets.no_credentials"],
    check({ request }) {
      order.push("access");
      if (!request.headers.has("authorization")) throw errors.fail("widgets.no_credentials");
      return { caller: "ada" };
    },
  };
  const subject: Guard<{ caller: string; params: { name: string } }, { widget: { name: string; owner: string } }> = {
    label: "owner",
    adds: { widget: "the widget" },
    errors: ["not_found"],
    async check({ caller, params }) {
      order.push("scope");
      return { widget: { name: params.name, owner: caller } };
    },
  };
  const server = serverWith([
    route({
      method: "GET",
      path: "/widgets/:name",
      summary: "Show",
      access: caller,
      params: z.object({ name: text(), size: text({ missing: "widgets.missing_size" }) }),
      scope: subject,
      answers: { 200: z.object({ name: z.string(), owner: z.string(), caller: z.string() }) },
      handle: ({ widget, caller }) => ({ ...widget, caller }),
    }),
  ]);
  const authorization = { authorization: "bearer x" };

  test("judge credentials before parameters, and parameters before the subject", async () => {
    expect(codeOf(await send(server, "GET", "/widgets/a"))).toBe("widgets.no_credentials");
    expect(codeOf(await send(server, "GET", "/widgets/a", undefined, authorization))).toBe("widgets.missing_size");
    expect(order).toEqual(["access", "access"]);
  });

  test("tell the handler what they found out", async () => {
    const reply = await send(server, "GET", "/widgets/a?size=1", undefined, authorization);
    expect(reply.body).toEqual({ name: "a", owner: "ada", caller: "ada" });
  });
});
