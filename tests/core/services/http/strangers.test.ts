import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { z } from "zod";
import { defineCredential } from "../../../../core/services/http/credential";
import { anyone, type Guard } from "../../../../core/services/http/guard";
import { text } from "../../../../core/services/http/parameters";
import { route } from "../../../../core/services/http/route";
import { errors, serverWith } from "./http-under-test";

const mebibyte = 1024 * 1024;
const credential = defineCredential("test", { type: "apiKey", in: "header", name: "X-Key" });
/** Knows its caller by a header, or else by the body. */
const bearer: Guard<object, object> = {
  label: "somebody",
  security: credential,
  adds: {},
  errors: ["widgets.no_credentials"],
  check({ request }) {
    if (request.headers.get("x-key") !== "right") throw errors.fail("widgets.no_credentials");
    return {};
  },
};
const signed: Guard<object, object> = {
  ...bearer,
  readsBody: true,
  async check({ bytes }) {
    if ((await bytes())[0] !== 0x72) throw errors.fail("widgets.no_credentials");
    return {};
  },
};

const free = { current: Promise.withResolvers<void>() };
const bodyLimit = 4 * mebibyte;
const counted = { 200: z.int() };
const params = z.object({ name: text().optional() });
const server = serverWith(
  [
    route({
      method: "POST",
      path: "/public",
      summary: "x",
      access: anyone,
      params,
      bodyLimit,
      answers: { 204: null },
      handle: () => undefined,
    }),
    route({
      method: "POST",
      path: "/known",
      summary: "x",
      access: bearer,
      rawBody: true,
      bodyLimit,
      answers: counted,
      handle: async ({ bytes }) => (await bytes()).length,
    }),
    route({
      method: "POST",
      path: "/signed",
      summary: "x",
      access: signed,
      rawBody: true,
      bodyLimit,
      answers: counted,
      async handle({ bytes }) {
        await free.current.promise;
        return (await bytes()).length;
      },
    }),
  ],
  { strangers: { most: 3 * mebibyte, patienceMs: 30_000 } },
);
const impatient = serverWith(
  [
    route({
      method: "POST",
      path: "/signed",
      summary: "x",
      access: signed,
      rawBody: true,
      bodyLimit,
      answers: { 204: null },
      handle: () => undefined,
    }),
  ],
  { strangers: { patienceMs: 200 } },
);
for (const one of [server, impatient]) {
  one.listen();
  afterAll(() => one.stop({ graceMs: 1000 }));
}

const open: Socket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

/** Sends a request's head and so much of its body, and nothing more. `answer`: what is heard first, or nothing when it is hung up. */
function begin(path: string, declared: number | "chunked", sent: number, to = server) {
  const length = declared === "chunked" ? "Transfer-Encoding: chunked" : `Content-Length: ${declared}`;
  const socket = connect(Number(new URL(to.url).port), "127.0.0.1");
  open.push(socket);
  let heard = "";
  const answered = Promise.withResolvers<string>();
  socket.on("data", (data) => {
    heard += data;
    answered.resolve(heard);
  });
  socket.on("error", () => answered.resolve(heard));
  socket.on("close", () => answered.resolve(heard));
  const body = "x".repeat(sent);
  const part = declared === "chunked" ? `${sent.toString(16)}\r\n${body}\r\n` : body;
  const written = new Promise<void>((resolve) =>
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\n${length}\r\n\r\n${part}`, () => resolve()),
  );
  return { written, answer: answered.promise, leave: () => socket.destroy() };
}
const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, { method: "POST", body, headers });

/** Posts until what is held has become more or less, as the status tells. */
async function until(status: number, make: () => Promise<Response>): Promise<Response> {
  for (;;) {
    const answer = await make();
    if (answer.status === status) return answer;
    await answer.arrayBuffer();
    await Bun.sleep(10);
  }
}
const large = "x".repeat(mebibyte);

describe("bodies of callers who aren't known", () => {
  test.each([
    ["whose length is said", bodyLimit],
    ["whose length isn't", "chunked"],
  ] as const)("%s are held up to a bound in all; beyond it others are told when to come again", async (_what, declared) => {
    const held = [begin("/signed", declared, mebibyte), begin("/public", declared, 1.5 * mebibyte)];
    const refused = await until(503, () => post("/public", large));
    expect(await refused.json()).toMatchObject({ code: "request.overloaded" });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    for (const { leave } of held) leave();
    expect((await until(204, () => post("/public", large))).status).toBe(204);
  });

  test("count with what has come of them, not with what they announce", async () => {
    const held = Array.from({ length: 20 }, () => begin("/signed", bodyLimit, 10));
    await Promise.all(held.map(({ written }) => written));
    expect((await post("/public", large)).status).toBe(204);
  });

  test("count until their sender is known", async () => {
    free.current = Promise.withResolvers();
    const known = Array.from({ length: 6 }, () => post("/signed", `r${large}`));
    expect((await until(204, () => post("/public", large))).status).toBe(204);
    free.current.resolve();
    for (const answer of await Promise.all(known)) {
      if (answer.status !== 503) expect(await answer.json()).toBe(mebibyte + 1);
    }
  });

  test("are let go of once they were refused", async () => {
    for (let round = 0; round < 8; round++) expect((await post("/signed", large)).status).toBe(401);
  });

  test("don't matter to those who are known before their body is read", async () => {
    begin("/public", bodyLimit, 2.5 * mebibyte);
    await until(503, () => post("/public", large));
    const answer = await post("/known", "x".repeat(bodyLimit), { "x-key": "right" });
    expect(await answer.json()).toBe(bodyLimit);
  });

  test("have to arrive in time, large or small; then the connection ends", async () => {
    for (const declared of [bodyLimit, 100, "chunked"] as const) {
      const { answer } = begin("/signed", declared, 10, impatient);
      expect(await answer).toMatch(/^HTTP\/1\.1 408 [\s\S]*"request\.too_slow"/);
    }
  });
});

test("whoever isn't let in anyway is told before a body is read", async () => {
  const { answer } = begin("/known", bodyLimit, 0);
  expect(await answer).toMatch(/^HTTP\/1\.1 401 /);
});

test("the documentation names these refusals where bodies of strangers are read", async () => {
  const { paths }: { paths: Record<string, { post: { responses: object } }> } = await (
    await fetch(`${server.url}/swagger/json`)
  ).json();
  const statuses = (path: string) => Object.keys(paths[path]?.post.responses ?? {});
  for (const path of ["/public", "/signed"]) expect(statuses(path)).toEqual(expect.arrayContaining(["408", "503"]));
  expect(statuses("/known")).not.toContain("503");
});
