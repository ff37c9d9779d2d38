import { afterAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { pino } from "pino";
import { z } from "zod";
import { anyone } from "../../../../core/services/http/guard";
import { text } from "../../../../core/services/http/parameters";
import { route } from "../../../../core/services/http/route";
import { codeOf, echo, reply, serverWith } from "./http-under-test";

const lines: Record<string, unknown>[] = [];
const log = pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
const arrived = Promise.withResolvers<void>();
const noted = Promise.withResolvers<void>();
const plain = { contentType: "text/plain", summary: "Text" };
const server = serverWith(
  [
    echo("GET", "/widgets/:name", z.object({ name: text() })),
    echo("POST", "/widgets", z.object({ name: text({ missing: "widgets.missing_name" }) }), { bodyLimit: 1000 }),
    route({
      method: "GET",
      path: "/text",
      summary: "Text",
      access: anyone,
      answers: { 200: plain },
      handle: () => new Response("héllo", { headers: { "content-type": "text/plain" } }),
    }),
    route({
      method: "GET",
      path: "/patient",
      summary: "Waits until its caller has gone",
      access: anyone,
      answers: { 204: null },
      async handle({ request }) {
        arrived.resolve();
        await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
        throw new Error("the connection that this answer was for is gone");
      },
    }),
  ],
  {
    log,
    beginnings: () => ({
      request: ({ route }) => ({ trace: null, end: () => void (route === "/patient" && noted.resolve()) }),
    }),
  },
);
server.listen();
afterAll(() => server.stop({ graceMs: 1000 }));

/** Writes to a connection of its own and reads until `expected` answers have come or the server hangs up. */
function speak(text: string, expected: number): Promise<string> {
  return new Promise((resolve) => {
    let heard = "";
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1", () => socket.write(text));
    socket.on("data", (chunk) => {
      heard += chunk;
      if (heard.split("HTTP/1.1 ").length - 1 >= expected && /\r\n\r\n/.test(heard)) socket.end();
    });
    socket.on("error", () => resolve(heard));
    socket.on("close", () => resolve(heard));
  });
}

describe("HEAD", () => {
  test.each(["/widgets/foo", "/widgets/foo/", "/text", "/nowhere", "/swagger"])(
    "of %s is answered like GET, without the body",
    async (path) => {
      const get = await fetch(server.url + path);
      const length = (await get.arrayBuffer()).byteLength;
      const inProcess = await server.handle(new Request(`http://api.example.org${path}`, { method: "HEAD" }));
      for (const head of [await fetch(server.url + path, { method: "HEAD" }), inProcess]) {
        expect([head.status, head.headers.get("content-type")]).toEqual([get.status, get.headers.get("content-type")]);
        expect(head.headers.get("content-length")).toBe(String(length));
        expect(await head.text()).toBe("");
      }
    },
  );
});

describe("a body beyond the limit", () => {
  test("is refused by its announced length, before it is sent", async () => {
    const heard = await speak(
      "POST /widgets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900000000\r\n\r\n",
      1,
    );
    expect(heard).toStartWith("HTTP/1.1 413");
    expect(heard).toContain("request.too_large");
  });

  test("is refused while it streams", async () => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1000;
        if (sent > 50_000) controller.close();
        else controller.enqueue(new Uint8Array(1000).fill(32));
      },
    });
    const response = await reply(
      await fetch(`${server.url}/widgets`, { method: "POST", body, headers: { "content-type": "application/json" } }),
    );
    expect([response.status, codeOf(response)]).toEqual([413, "request.too_large"]);
  });

  test("doesn't disturb the next request", async () => {
    const response = await fetch(`${server.url}/widgets`, {
      method: "POST",
      body: JSON.stringify({ name: "a" }),
      headers: { "content-type": "application/json" },
    });
    expect(await response.json()).toEqual({ name: "a" });
  });
});

test("a streamed body within the limit is read", async () => {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of ['{"na', 'me":', '"caf', 'é"}']) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });
  const response = await fetch(`${server.url}/widgets`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
  });
  expect(await response.json()).toEqual({ name: "café" });
});

test("one connection carries several requests, errors and unread bodies in between", async () => {
  const requests = [
    "GET /widgets/a HTTP/1.1\r\nHost: x\r\n\r\n",
    "POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
    "GET /widgets/b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
  ];
  const heard = await speak(requests.join(""), 4);
  expect([...heard.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(["200", "404", "200"]);
});

test.each(["a", "a b", "x/y", 'ev"il', "xn--", "[::1", ""])("the Host header %j does no harm", async (host) => {
  const heard = await speak(`GET /widgets/a HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`, 2);
  expect(heard).toMatch(/^HTTP\/1\.1 (200|400|404)/);
});

describe("a caller who goes away", () => {
  test("before the answer is no error of the platform", async () => {
    const gone = new AbortController();
    const asked = fetch(`${server.url}/patient`, { signal: gone.signal }).catch(() => "gone");
    await arrived.promise;
    gone.abort();
    expect(await asked).toBe("gone");
    await noted.promise;
    expect(lines.filter(({ route }) => route === "/patient").map(({ level, status }) => [level, status])).toEqual([[30, 499]]);
  });

  test("in the middle of a body leaves the server well", async () => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1", () => {
      socket.write("POST /widgets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", () =>
        socket.destroy(),
      );
    });
    await new Promise((resolve) => socket.on("close", resolve));
    expect((await fetch(`${server.url}/widgets/a`)).status).toBe(200);
    expect(lines.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });
});

describe("stopping", () => {
  const started = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const slow = () =>
    serverWith([
      route({
        method: "GET",
        path: "/slow",
        summary: "Waits",
        access: anyone,
        answers: { 200: plain },
        async handle() {
          started.resolve();
          await finish.promise;
          return new Response("done", { headers: { "content-type": "text/plain" } });
        },
      }),
      route({
        method: "GET",
        path: "/never",
        summary: "Never answers",
        access: anyone,
        answers: { 204: null },
        handle: () => new Promise<undefined>(() => reached.resolve()),
      }),
    ]);

  test("finishes running requests and accepts no new ones", async () => {
    const stopping = slow();
    stopping.listen();
    const answer = fetch(`${stopping.url}/slow`).then((response) => response.text());
    await started.promise;
    const stopped = stopping.stop({ graceMs: 10_000 });
    expect(await fetch(`${stopping.url}/slow`, { keepalive: false }).catch(() => "refused")).toBe("refused");
    finish.resolve();
    expect(await answer).toBe("done");
    await stopped;
  });

  test("cuts off what takes longer than the grace it gives", async () => {
    const stopping = slow();
    stopping.listen();
    const answer = fetch(`${stopping.url}/never`).catch(() => "cut off");
    await reached.promise;
    await stopping.stop({ graceMs: 20 });
    expect(await answer).toBe("cut off");
  });
});
