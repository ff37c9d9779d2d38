import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import type { EntityTag } from "../../../../core/services/http/conditional";
import { anyone } from "../../../../core/services/http/guard";
import { type HandlerContext, type NoParameters, route } from "../../../../core/services/http/route";
import { withHeaders } from "../../../../core/services/http/with-headers";
import { send, serverWith } from "./http-under-test";

type Tag = EntityTag<HandlerContext<NoParameters, object, object>>;

/** A server whose answer and version can be changed, and how often its handler ran. */
function widget(etag: Tag) {
  const state = { name: "sprocket", runs: 0 };
  const server = serverWith([
    route({
      method: "GET",
      path: "/widget",
      summary: "Show the widget",
      access: anyone,
      answers: { 200: z.object({ name: z.string() }) },
      etag,
      handle: () => {
        state.runs += 1;
        return { name: state.name };
      },
    }),
  ]);
  const ask = (tag?: string) => send(server, "GET", "/widget", undefined, tag === undefined ? {} : { "if-none-match": tag });
  return { state, ask };
}

describe("a route with an etag of its body", () => {
  test("answers 304 without a body to who has the answer, and anew when it has changed", async () => {
    const { state, ask } = widget("body");
    const first = await ask();
    expect(first.status).toBe(200);
    const tag = first.headers.get("etag") ?? "";
    expect(tag).toMatch(/^W\/"\w+"$/);
    expect(first.headers.get("cache-control")).toBe("private, no-cache");
    expect(first.headers.get("vary")).toBe("authorization");
    const second = await ask(tag);
    expect([second.status, second.body, second.headers.get("etag")]).toEqual([304, "", tag]);
    state.name = "cog";
    const third = await ask(tag);
    expect([third.status, third.body]).toEqual([200, { name: "cog" }]);
  });

  test.each(["*", 'W/"other", TAG', "TAG,W/x", "STRONG"])("understands If-None-Match: %s", async (form) => {
    const { ask } = widget("body");
    const tag = (await ask()).headers.get("etag") ?? "";
    expect((await ask(form.replace("TAG", tag).replace("STRONG", tag.slice(2)))).status).toBe(304);
  });

  test("takes nothing else for its tag", async () => {
    const { ask } = widget("body");
    const printable = fc.string({ unit: fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code)) });
    await fc.assert(
      fc.asyncProperty(printable, async (header) => {
        fc.pre(!header.split(",").some((part) => part.trim() === "*"));
        expect((await ask(header)).status).toBe(200);
      }),
      { numRuns: 50 },
    );
  });
});

describe("a route that knows its version", () => {
  test("leaves its handler out when the client has it", async () => {
    let version: string | null = "1";
    const { state, ask } = widget(() => version);
    const tag = (await ask()).headers.get("etag") ?? "";
    expect((await ask(tag)).status).toBe(304);
    expect(state.runs).toBe(1);
    version = "2";
    expect((await ask(tag)).status).toBe(200);
    version = null;
    const untold = await ask(tag);
    expect([untold.status, untold.headers.get("etag")]).toEqual([200, null]);
  });
});

test("an answer may bring headers of its own", async () => {
  const server = serverWith([
    route({
      method: "GET",
      path: "/widget",
      summary: "Show the widget",
      access: anyone,
      answers: { 200: z.object({ name: z.string() }) },
      handle: () => withHeaders({ name: "sprocket" }, { "x-widget": "7" }),
    }),
  ]);
  const answer = await send(server, "GET", "/widget");
  expect([answer.body, answer.headers.get("x-widget")]).toEqual([{ name: "sprocket" }, "7"]);
});
