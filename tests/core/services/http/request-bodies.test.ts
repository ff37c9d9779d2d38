import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { anyone } from "../../../../core/services/http/guard";
import { id, text } from "../../../../core/services/http/parameters";
import { route } from "../../../../core/services/http/route";
import { codeOf, echo, send, serverWith } from "./http-under-test";

const params = z.object({ name: text().optional(), size: text().optional() });
const server = serverWith([
  echo("POST", "/widgets", params),
  echo("GET", "/widgets", params),
  echo("POST", "/widgets/:name", params),
  echo("PUT", "/json", params, { jsonRequired: "widgets.json_required" }),
  echo("POST", "/small", params, { bodyLimit: 64 }),
  route({
    method: "POST",
    path: "/ids/:id/ring",
    summary: "Reads no body",
    access: anyone,
    params: z.object({ id: id() }),
    answers: { 204: null },
    handle: () => undefined,
  }),
]);
const json = { "content-type": "application/json" };

describe("parameters arrive", () => {
  test("as JSON, a URL-encoded form, a multipart form or in the query", async () => {
    const form = new FormData();
    form.set("name", "a b");
    form.set("size", new File(["12"], "size.txt"));
    const expected = { name: "a b", size: "12" };
    expect((await send(server, "POST", "/widgets", { name: "a b", size: 12 })).body).toEqual(expected);
    expect((await send(server, "POST", "/widgets", new URLSearchParams(expected))).body).toEqual(expected);
    expect((await send(server, "POST", "/widgets", form)).body).toEqual(expected);
    expect((await send(server, "POST", "/widgets?name=a+b&size=12")).body).toEqual(expected);
    expect((await send(server, "GET", "/widgets?name=a%20b&size=1&size=12")).body).toEqual(expected);
  });

  test("as JSON of a structured suffix, with parameters and in any case", async () => {
    for (const type of ["application/vnd.acme+json", "Application/JSON; charset=utf-8"]) {
      expect((await send(server, "POST", "/widgets", '{"name":"a"}', { "content-type": type })).body).toEqual({ name: "a" });
    }
  });

  test("from the path before the body, and from the body before the query", async () => {
    expect((await send(server, "POST", "/widgets/path?name=query&size=1", { name: "body", size: 2 })).body).toEqual({
      name: "path",
      size: "2",
    });
  });

  test("not at all from an empty body, whatever its type says", async () => {
    for (const type of ["application/json", "multipart/form-data", "application/x-www-form-urlencoded", "text/plain"]) {
      expect((await send(server, "POST", "/widgets?name=a", "", { "content-type": type })).body).toEqual({ name: "a" });
    }
  });

  test("harmlessly, when they are called like parts of every object", async () => {
    const body = '{"__proto__":{"name":"x"},"constructor":{"name":"y"},"size":"1"}';
    expect((await send(server, "POST", "/widgets", body, json)).body).toEqual({ size: "1" });
    expect((await send(server, "POST", "/widgets?__proto__=1&constructor=2&toString=3")).body).toEqual({});
  });
});

describe("a malformed body is a 400", () => {
  test.each(["{", "[1]", "1", "null", '"text"', '{"name":"\ud800"', '{"a":["\\u0000"]}', '{"a":["\\udfff"]}'])(
    "as JSON: %j",
    async (body) => {
      const reply = await send(server, "POST", "/widgets", body, json);
      expect([reply.status, codeOf(reply)]).toEqual([400, "request.malformed"]);
    },
  );

  test("as a form", async () => {
    const type = "application/x-www-form-urlencoded";
    for (const body of ["name=%zz", "name=%ff", "%"]) {
      expect(codeOf(await send(server, "POST", "/widgets", body, { "content-type": type }))).toBe("request.malformed");
    }
    for (const multipart of ["multipart/form-data", "multipart/form-data; boundary=x"]) {
      expect(codeOf(await send(server, "POST", "/widgets", "nothing", { "content-type": multipart }))).toBe(
        "request.malformed",
      );
    }
  });

  test("when it has far too many parameters", async () => {
    expect(codeOf(await send(server, "GET", `/widgets?${"a=1&".repeat(2000)}`))).toBe("request.malformed");
  });

  test("but no concern of a route that reads no parameters from it", async () => {
    expect((await send(server, "POST", "/ids/1/ring", "{", json)).status).toBe(204);
  });
});

test("JSON nested a hundred thousand levels deep is read or refused, never a failure", async () => {
  const deep = `{"name":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
  expect((await send(server, "POST", "/widgets", deep, json)).body).toEqual({});
});

test("a route that requires JSON looks at the type before the body", async () => {
  expect(codeOf(await send(server, "PUT", "/json", "name=a", { "content-type": "application/x-www-form-urlencoded" }))).toBe(
    "widgets.json_required",
  );
  expect(codeOf(await send(server, "PUT", "/json", "{", { "content-type": "text/plain" }))).toBe("widgets.json_required");
  expect(codeOf(await send(server, "PUT", "/json", "{", { "content-type": "application/json;charset=utf-8" }))).toBe(
    "request.malformed",
  );
});

describe("a body beyond the limit is a 413", () => {
  test("of the route, or of 1 MiB", async () => {
    const small = await send(server, "POST", "/small", { name: "x".repeat(64) });
    expect([small.status, codeOf(small)]).toEqual([413, "request.too_large"]);
    expect((await send(server, "POST", "/widgets", { name: "x".repeat(1024 * 1024) })).status).toBe(413);
    expect((await send(server, "POST", "/widgets", { name: "x".repeat(1024 * 1024 - 64) })).status).toBe(200);
  });
});

test("a handler gets the raw bytes as often as it asks", async () => {
  const raw = serverWith([
    route({
      method: "POST",
      path: "/raw",
      summary: "Count bytes",
      access: anyone,
      rawBody: true,
      bodyLimit: 8,
      answers: { 200: z.array(z.int()) },
      handle: async ({ bytes }) => [(await bytes()).length, (await bytes()).length],
    }),
  ]);
  expect((await send(raw, "POST", "/raw", "{1234")).body).toEqual([5, 5]);
  expect(codeOf(await send(raw, "POST", "/raw", "123456789"))).toBe("request.too_large");
});
