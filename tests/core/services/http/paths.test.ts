import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import { id, text } from "../../../../core/services/http/parameters";
import { routableUrl } from "../../../../core/services/http/paths";
import { codeOf, echo, messageOf, send, serverWith } from "./http-under-test";

const named = <Name extends string>(route: Name) => ({ route: text().default(route) });
const server = serverWith([
  echo("GET", "/v1/widgets", z.object(named("list"))),
  echo("GET", "/v1/widgets/$search", z.object(named("search"))),
  echo("GET", "/v1/widgets/:name", z.object({ name: text(), ...named("show") })),
  echo("GET", "/v1/widgets/:widget_name/parts", z.object({ widget_name: text(), ...named("parts") })),
  echo("PATCH", "/v1/widgets/:widget_id/parts", z.object({ widget_id: id(), ...named("patch") })),
  echo("GET", "/v1/widgets/:widget_name/parts/summary", z.object({ widget_name: text(), ...named("summary") })),
  echo("GET", "/v1/widgets/:widget_name/parts/:id", z.object({ widget_name: text(), id: id(), ...named("part") })),
  echo("GET", "/v1/widgets/:widget_name/lines", z.object({ widget_name: text(), ...named("lines") })),
  echo(
    "GET",
    "/v1/widgets/:widget_name/lines/graphs/*line",
    z.object({ widget_name: text(), line: text(), ...named("graphs") }),
  ),
  echo("GET", "/v1/widgets/:widget_name/lines/*line", z.object({ widget_name: text(), line: text(), ...named("line") })),
]);
const get = async (path: string) => (await send(server, "GET", path)).body;

describe("a path parameter", () => {
  test("is everything between two slashes, dots included, decoded once", async () => {
    expect(await get("/v1/widgets/foo.js")).toEqual({ route: "show", name: "foo.js" });
    expect(await get("/v1/widgets/a%2Fb%20c%2525/parts")).toEqual({ route: "parts", widget_name: "a/b c%25" });
    expect(await get("/v1/widgets/caf%C3%A9")).toEqual({ route: "show", name: "café" });
  });

  test("has the name its own route gives it", async () => {
    expect((await send(server, "PATCH", "/v1/widgets/7/parts")).body).toEqual({ route: "patch", widget_id: 7 });
    expect(await get("/v1/widgets/7/parts")).toEqual({ route: "parts", widget_name: "7" });
  });

  test.each(["/v1/widgets/%zz", "/v1/widgets/%ff", "/v1/widgets/a/lines/%E0%A4", "/v1/widgets/a%00b"])(
    "unreadable in %s is a 404",
    async (path) => {
      const reply = await send(server, "GET", path);
      expect([reply.status, codeOf(reply)]).toEqual([404, "not_found"]);
      expect(messageOf(reply)).toStartWith("There is nothing here");
    },
  );

  test("at the end takes the rest, decoded once", async () => {
    expect(await get("/v1/widgets/a/lines/feat/x.1%2Fy%2520")).toEqual({
      route: "line",
      widget_name: "a",
      line: "feat/x.1/y%20",
    });
    expect(await get("/v1/widgets/a/lines/graphs")).toEqual({ route: "line", widget_name: "a", line: "graphs" });
    expect(await get("/v1/widgets/a/lines/graphs/b/c")).toEqual({ route: "graphs", widget_name: "a", line: "b/c" });
  });
});

test("literal segments win over parameters", async () => {
  expect(await get("/v1/widgets/$search")).toEqual({ route: "search" });
  expect(await get("/v1/widgets/a/parts/summary")).toEqual({ route: "summary", widget_name: "a" });
  expect(await get("/v1/widgets/a/parts/12")).toEqual({ route: "part", widget_name: "a", id: 12 });
});

test("a trailing slash is ignored and repeated slashes count as one", async () => {
  expect(await get("/v1/widgets/")).toEqual({ route: "list" });
  expect(await get("/v1//widgets///a/?x=//")).toEqual({ route: "show", name: "a" });
  expect(await get("//v1/widgets/a/lines//feat//x//")).toEqual({ route: "line", widget_name: "a", line: "feat/x" });
});

test("tells neither unknown routes nor unknown methods apart", async () => {
  for (const [method, path] of [
    ["GET", "/"],
    ["GET", "/v1/widget"],
    ["POST", "/v1/widgets"],
    ["DELETE", "/v1/widgets/a"],
    ["OPTIONS", "/v1/widgets"],
  ] as const) {
    const reply = await send(server, method, path);
    expect([reply.status, codeOf(reply), reply.headers.get("content-type")]).toEqual([404, "not_found", "application/json"]);
  }
});

test("hosts may be as short as one letter, and https is as good as http", async () => {
  for (const origin of ["http://a", "https://a", "https://api.example.org:8443"]) {
    expect((await server.handle(new Request(`${origin}/v1/widgets/x/`))).status).toBe(200);
  }
});

test("whatever the path, its routable form has no empty segment, keeps its query, and stays as it is when routed again", () => {
  const path = fc.string({ unit: fc.constantFrom("/", "a", ".", "%", "2", "F"), maxLength: 20 });
  const query = fc.string({ unit: fc.constantFrom("/", "?", "=", "a", "&"), maxLength: 10 });
  fc.assert(
    fc.property(path, query, (path, query) => {
      const routable = routableUrl(`http://host/${path}?${query}`);
      const [before = "", ...after] = routable.slice("http://host".length).split("?");
      expect(before).toMatch(/^(\/|(\/[^/]+)+)$/);
      expect(before.split("/").filter(Boolean)).toEqual(path.split("/").filter(Boolean));
      expect(after.join("?")).toBe(query);
      expect(routableUrl(routable)).toBe(routable);
    }),
  );
});
