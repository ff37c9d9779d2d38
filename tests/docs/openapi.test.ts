import { expect, test } from "bun:test";
import { breakingChanges, surfaceOf, unannounced } from "../../docs/api-surface";
import { apiDocument, files, written } from "../../docs/openapi";

const document = await apiDocument();
const lines = (text: string): string[] => text.trimEnd().split("\n");

test("docs/openapi.json says what the routes do; if not, run `bun run openapi`", async () => {
  // As a whole the difference would be unreadable.
  const kept = JSON.parse(await Bun.file(files.document).text());
  const [was, is] = [surfaceOf(kept), surfaceOf(document)];
  expect({ missing: is.filter((line) => !was.includes(line)), gone: was.filter((line) => !is.includes(line)) }).toEqual({
    missing: [],
    gone: [],
  });
  expect(written(kept) === written(document), "run `bun run openapi`: descriptions or examples differ").toBe(true);
});

test("what callers rely on since the last release is there, or its end was announced in docs/announced-changes.json", async () => {
  const changes = breakingChanges(lines(await Bun.file(files.surface).text()), surfaceOf(document));
  expect(unannounced(changes, await Bun.file(files.announced).json())).toEqual({ changes: [], stale: [] });
});

const field = (type: string) => ({ type, description: "x" });
const api = (properties: object, { required = ["name"], codes = ["x.missing", "x.taken"], path = "/v1/x" } = {}) => ({
  paths: {
    [path]: {
      post: {
        parameters: [{ name: "page", in: "query" }],
        requestBody: { content: { "application/json": { schema: { properties: { name: {}, more: {} }, required } } } },
        responses: {
          201: { content: { "application/json": { schema: { $ref: "#/components/schemas/X" } } } },
          400: { content: { "application/json": { schema: { properties: { code: { type: "string", enum: codes } } } } } },
        },
      },
    },
  },
  components: { schemas: { X: { type: "object", properties } } },
});
const usual = { id: field("integer"), parts: { type: "array", items: { properties: { at: field("string") } } } };
const broken = (after: object) => breakingChanges(surfaceOf(api(usual)), surfaceOf(after));

test("a route, a field, its type, a code and a parameter that go, and one that is needed from now on, break callers", () => {
  expect(broken(api(usual, { path: "/v1/y" }))).toEqual(["POST /v1/x"]);
  expect(broken(api({ ...usual, parts: { type: "array", items: { properties: {} } } }))).toEqual([
    "POST /v1/x answers 201 parts[].at: string",
  ]);
  expect(broken(api({ ...usual, id: field("string") }))).toEqual(["POST /v1/x answers 201 id: integer"]);
  expect(broken(api(usual, { codes: ["x.missing"] }))).toEqual(["POST /v1/x answers 400 code x.taken"]);
  expect(broken(api(usual, { required: ["name", "more"] }))).toEqual(["POST /v1/x needs body more"]);
});

test("what is new, or needed no more, breaks nobody", () => {
  expect(
    broken(api({ ...usual, colour: field("string") }, { required: [], codes: ["x.missing", "x.taken", "x.odd"] })),
  ).toEqual([]);
});

test("announced changes are let through, and announcements that nothing came of are told of", () => {
  const one = { version: "0.2.0", why: "nobody used it" };
  expect(unannounced(["POST /v1/x", "GET /v1/y"], [{ ...one, change: "POST /v1/*" }])).toEqual({
    changes: ["GET /v1/y"],
    stale: [],
  });
  expect(unannounced([], [{ ...one, change: "GET /v1/z" }])).toEqual({ changes: [], stale: ["GET /v1/z"] });
});
