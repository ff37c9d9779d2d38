import { describe, expect, test } from "bun:test";
import { Elysia } from "elysia";
import { pino } from "pino";
import { anyone, type Guard } from "../../../../core/services/http/guard";
import { type MountedApp, mountedApp } from "../../../../core/services/http/mounted-app";
import { createHttpServer, type HttpServerOptions } from "../../../../core/services/http/server";
import { codeOf, errors, reply } from "./http-under-test";

const lines: string[] = [];
const pages = new Elysia({ prefix: "/pages" })
  .get("/", () => "the front page")
  .get("/styled", ({ set }) => {
    set.headers["content-security-policy"] = "default-src 'none'";
    return "styled";
  })
  .post("/echo", async ({ request }) => `${(await request.arrayBuffer()).byteLength} bytes`, { parse: "none" })
  .get("/broken", () => {
    throw new Error("hidden");
  });
const key: Guard<object, object> = {
  label: "whoever has the key",
  adds: {},
  errors: ["widgets.no_credentials"],
  check: ({ request }) => {
    if (request.headers.get("x-key") !== "right") throw errors.fail("widgets.no_credentials");
    return {};
  },
};

function serverWith(mounts: readonly MountedApp[], options: Partial<HttpServerOptions> = {}) {
  const server = createHttpServer({
    plugins: [{ name: "widgets", routes: [], errors, mounts }],
    settings: { host: "127.0.0.1", port: 0, trustProxy: false },
    log: pino({ level: "info" }, { write: (line: string) => void lines.push(line) }),
    ...options,
  });
  return async (method: string, path: string, init: RequestInit = {}) =>
    reply(await server.handle(new Request(`http://api.example.org${path}`, { method, ...init })));
}

const mounted = { path: "/pages", summary: "Pages for people", app: pages, access: anyone };
const open = serverWith([{ ...mounted, bodyLimit: 10 }]);

describe("a mounted application", () => {
  test("answers at its path and below it, and nowhere else", async () => {
    expect((await open("GET", "/pages")).body).toBe("the front page");
    expect((await open("GET", "/pages/styled")).body).toBe("styled");
    expect((await open("POST", "/pages/echo", { body: "12345" })).body).toBe("5 bytes");
    expect(codeOf(await open("GET", "/pagesandmore"))).toBe("not_found");
  });

  test("is asked only after its guard", async () => {
    const ask = serverWith([{ ...mounted, access: key }]);
    expect(codeOf(await ask("GET", "/pages"))).toBe("widgets.no_credentials");
    expect((await ask("GET", "/pages", { headers: { "x-key": "right" } })).status).toBe(200);
  });

  test("sends a request id and strict headers unless it has its own", async () => {
    const { headers } = await open("GET", "/pages");
    expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect((await open("GET", "/pages/styled")).headers.get("content-security-policy")).toBe("default-src 'none'");
  });

  test("gets no more of a body than its limit, with or without a length", async () => {
    expect(codeOf(await open("POST", "/pages/echo", { body: "12345678901" }))).toBe("request.too_large");
    const stream = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(8));
      },
    });
    expect(codeOf(await open("POST", "/pages/echo", { body: stream }))).toBe("request.too_large");
  });

  test("that fails to answer is an internal error, logged, with nothing of it in the answer", async () => {
    const failing = serverWith([{ ...mounted, app: { handle: () => Promise.reject(new Error("hidden")) } }]);
    const answer = await failing("GET", "/pages");
    expect([answer.status, codeOf(answer)]).toEqual([500, "internal_error"]);
    expect(JSON.stringify(answer.body)).not.toContain("hidden");
    expect(lines.join("")).toContain("request failed in a mounted application");
  });

  test("waits for the platform to be ready like every route", async () => {
    const closed = serverWith([mounted], { open: () => false });
    expect(codeOf(await closed("GET", "/pages"))).toBe("not_ready");
  });

  test("is logged by its path, never by what was asked for below it", async () => {
    lines.length = 0;
    await open("GET", "/pages/styled?token=tok-xyz");
    expect(lines.join("")).toContain('"route":"/pages/*"');
    expect(lines.join("")).not.toContain("tok-xyz");
  });
});

test("an application is told what its guard has found", async () => {
  const named: Guard<object, { visitor: string }> = {
    label: "whoever has a name",
    adds: { visitor: "who visits" },
    errors: [],
    check: ({ request }) => ({ visitor: request.headers.get("x-name") ?? "nobody" }),
  };
  const app = { handle: (_request: Request, { visitor }: { visitor: string }) => new Response(`hello ${visitor}`) };
  const ask = serverWith([mountedApp({ path: "/named", summary: "Greets", access: named, app })]);
  expect(await ask("GET", "/named", { headers: { "x-name": "ada" } })).toMatchObject({ status: 200, body: "hello ada" });
});
