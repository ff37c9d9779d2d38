import { expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import { flag, id, integer, oneOf, text, value } from "../../../../core/services/http/parameters";
import { codeOf, echo, messageOf, send, serverWith } from "./http-under-test";

const names = ["name", "size", "state", "on", "ref", "parts", "tags", "__proto__", "constructor"] as const;
const params = z.object({
  name: text({ missing: "widgets.missing_name", trim: true }).max(20),
  size: integer({ min: 1, missing: "widgets.missing_size", invalid: "widgets.invalid_size" }).optional(),
  state: oneOf(["open", "closed"], { invalid: "widgets.invalid_status", immediate: true }).optional(),
  reason: text({ missing: "widgets.missing_reason", when: ({ state }) => state === "closed" }).optional(),
  on: flag().default(false),
  ref: id().optional(),
  parts: value(z.array(z.object({ kind: z.enum(["a", "b"]), at: z.array(z.int()) })), {
    invalid: "widgets.invalid_parts",
  }).optional(),
  tags: value(z.record(z.string(), z.union([z.string(), z.int()]))).optional(),
});
const server = serverWith([echo("POST", "/widgets", params), echo("GET", "/widgets/:name", params)]);
const json = { "content-type": "application/json" };

const anything = fc.oneof(fc.jsonValue(), fc.string({ unit: "binary" }), fc.integer(), fc.double(), fc.constant("closed"));
const bodies = fc.oneof(
  fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), anything),
  fc.record(Object.fromEntries(names.slice(0, 7).map((name) => [name, anything])), { requiredKeys: [] }),
);

test("no JSON body ever makes the platform fail, and refusals stay short", async () => {
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => {
      const reply = await send(server, "POST", "/widgets", JSON.stringify(body), json);
      expect([200, 400, 404]).toContain(reply.status);
      if (reply.status !== 200) expect(codeOf(reply)).toBeString();
      expect(messageOf(reply).length).toBeLessThan(500);
    }),
    { numRuns: 500 },
  );
});

test("no bytes as a body, of whatever type, ever make the platform fail", async () => {
  const types = fc.constantFrom(
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=b",
    "odd",
    "",
  );
  const pieces = fc.array(fc.constantFrom("--b", "\r\n", "{", '"name"', ":", "[", "]", "}", "=", "&", "%", "name", "\0", "é"));
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    pieces.map((list) => new TextEncoder().encode(list.join(""))),
  );
  await fc.assert(
    fc.asyncProperty(types, bytes, async (type, bytes) => {
      const request = new Request("http://api.example.org/widgets", {
        method: "POST",
        headers: { "content-type": type },
        body: new Uint8Array(bytes),
      });
      expect([200, 400, 404]).toContain((await server.handle(request)).status);
    }),
    { numRuns: 500 },
  );
});

test("no path and query ever make the platform fail", async () => {
  const piece = fc.string({
    unit: fc.constantFrom("a", "/", "%", "2", "0", "F", "f", "?", "&", "=", "+", ".", ":", "*"),
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(piece, async (piece) => {
      expect([200, 400, 404]).toContain((await send(server, "GET", `/widgets/${piece}`)).status);
    }),
    { numRuns: 500 },
  );
});
