import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { defineCredential } from "../../../../core/services/http/credential";
import { anyone, type Guard } from "../../../../core/services/http/guard";
import { id, integer, oneOf, text, value } from "../../../../core/services/http/parameters";
import { route } from "../../../../core/services/http/route";
import { echo, errors, send, serverWith } from "./http-under-test";

const widget = z
  .object({ id: z.int(), name: z.string().meta({ example: "sprocket" }), made_at: z.iso.datetime() })
  .meta({ id: "Widget" });
const member: Guard<object, object> = {
  label: "member",
  adds: {},
  security: defineCredential("widgetKey", { type: "apiKey", in: "header", name: "X-Widget-Key" }),
  errors: ["widgets.no_credentials"],
  check: () => ({}),
};
const paging = z.object({ page: z.int(), total_pages: z.int() });

const server = serverWith([
  route({
    method: "GET",
    path: "/v1/widgets",
    summary: "List widgets",
    description: "Newest first.",
    access: member,
    paginated: true,
    params: z.object({ state: oneOf(["new", "old"], { invalid: "widgets.invalid_status" }).default("new") }),
    answers: { 200: z.object({ widgets: z.array(widget), paging }) },
    handle: () => ({ widgets: [], paging: { page: 1, total_pages: 0 } }),
  }),
  route({
    method: "POST",
    path: "/v1/widgets/:name/parts",
    summary: "Add parts",
    tag: "parts",
    access: member,
    params: z.object({
      name: text(),
      label: text({ missing: "widgets.missing_name" }).meta({ description: "What it is called", example: "left" }),
      size: integer({ min: 1 }).optional(),
      lines: value(z.array(z.object({ from: z.int().min(1) })), { invalid: "widgets.invalid_parts" }).optional(),
    }),
    answers: { 201: widget, 204: null },
    errors: ["widgets.busy"],
    handle: () => undefined,
  }),
  echo(
    "DELETE",
    "/v1/widgets/:widget_id/parts",
    z.object({ widget_id: id(), engine: text({ missing: "widgets.missing_size" }) }),
  ),
  route({
    method: "GET",
    path: "/v1/widgets/:name/lines/*line",
    summary: "Show a line",
    access: anyone,
    params: z.object({ name: text(), line: text() }),
    answers: { 200: { contentType: "text/plain", summary: "The line" } },
    handle: () => new Response("x"),
  }),
]);

const documentSchema = z.object({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))),
  components: z.object({ schemas: z.record(z.string(), z.unknown()), securitySchemes: z.record(z.string(), z.unknown()) }),
  tags: z.array(z.object({ name: z.string() })),
});
const document = documentSchema.parse((await send(server, "GET", "/swagger/json")).body);
const operation = (path: string, method: string) => document.paths[path]?.[method] ?? {};

describe("the OpenAPI document", () => {
  test("has every route with summary, tag, caller and a unique name", () => {
    expect(document.openapi).toBe("3.1.1");
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    expect(operations).toHaveLength(4);
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual([
      "deleteV1WidgetsByWidgetIdParts",
      "getV1Widgets",
      "getV1WidgetsByNameLinesByLine",
      "postV1WidgetsByNameParts",
    ]);
    expect(operation("/v1/widgets", "get")).toMatchObject({
      summary: "List widgets",
      tags: ["widgets"],
      description: "Newest first.\n\nWho may call: member.",
      security: [{ widgetKey: [] }],
    });
    expect(operation("/v1/widgets/{name}/lines/{line}", "get").security).toBeUndefined();
    expect(document.tags.map(({ name }) => name)).toEqual(["widgets", "parts"]);
    expect(document.components.securitySchemes).toEqual({
      widgetKey: { type: "apiKey", in: "header", name: "X-Widget-Key" },
    });
  });

  test("shows the parameters of GET and DELETE in path and query, paging included", () => {
    expect(operation("/v1/widgets", "get").parameters).toMatchObject([
      { name: "state", in: "query", required: false, schema: { enum: ["new", "old"], default: "new" } },
      { name: "page", in: "query" },
      { name: "per_page", in: "query", schema: { maximum: 100 } },
    ]);
    expect(operation("/v1/widgets/{name_or_widget_id}/parts", "delete").parameters).toMatchObject([
      { name: "name_or_widget_id", in: "path", required: true, schema: { type: "integer" } },
      { name: "engine", in: "query", required: true, description: "Missing: `widgets.missing_size`." },
    ]);
  });

  test("shows the others' as a JSON body with an example", () => {
    expect(operation("/v1/widgets/{name_or_widget_id}/parts", "post").requestBody).toEqual({
      required: true,
      content: {
        "application/json": {
          schema: {
            type: "object",
            required: ["label"],
            properties: {
              label: { type: "string", description: "What it is called Missing: `widgets.missing_name`.", example: "left" },
              size: { type: "integer", minimum: 1 },
              lines: {
                type: "array",
                description: "Unfit: `widgets.invalid_parts`.",
                items: { type: "object", required: ["from"], properties: { from: { type: "integer", minimum: 1 } } },
              },
            },
          },
          example: { label: "left", size: 1, lines: [{ from: 1 }] },
        },
      },
    });
  });

  test("writes shared schemas once and refers to them", () => {
    expect(document.components.schemas).toMatchObject({ Widget: { type: "object", required: ["id", "name", "made_at"] } });
    expect(operation("/v1/widgets/{name_or_widget_id}/parts", "post").responses).toMatchObject({
      201: {
        content: {
          "application/json": {
            schema: { $ref: "#/components/schemas/Widget" },
            example: { id: 1, name: "sprocket", made_at: "2026-01-02T03:04:05Z" },
          },
        },
      },
      204: { description: expect.any(String) },
    });
    expect(JSON.stringify(document)).not.toContain("$defs");
  });

  test("lists the error codes of guards, parameters and handler under their status", () => {
    expect(operation("/v1/widgets/{name_or_widget_id}/parts", "post").responses).toMatchObject({
      400: {
        content: {
          "application/json": {
            schema: { properties: { code: { enum: ["request.malformed", "widgets.missing_name", "widgets.invalid_parts"] } } },
            examples: {
              "widgets.missing_name": {
                value: { code: "widgets.missing_name", message: errors.catalogue["widgets.missing_name"]?.[1] },
              },
            },
          },
        },
      },
      401: { content: { "application/json": { schema: { properties: { code: { enum: ["widgets.no_credentials"] } } } } } },
      404: { content: { "application/json": { schema: { properties: { code: { enum: ["not_found"] } } } } } },
      409: { content: { "application/json": { schema: { properties: { code: { enum: ["widgets.busy"] } } } } } },
      413: { content: { "application/json": { schema: { properties: { code: { enum: ["request.too_large"] } } } } } },
      500: { content: { "application/json": { schema: { properties: { code: { enum: ["internal_error"] } } } } } },
    });
  });
});

describe("the documentation page", () => {
  test("loads nothing from anywhere else", async () => {
    const page = await send(server, "GET", "/swagger/");
    expect(page.headers.get("content-type")).toStartWith("text/html");
    const html = String(page.body);
    expect(html).not.toMatch(/https?:\/\//);
    const loaded = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, address]) => address ?? "");
    expect(loaded).toEqual(["swagger-ui.css", "swagger-ui-bundle.js"].map((file) => `/swagger/assets/${file}`));
    for (const address of loaded) {
      const asset = await server.handle(new Request(`http://api.example.org${address}`));
      expect([asset.status, asset.headers.get("cache-control")]).toEqual([200, "public, max-age=86400"]);
      expect((await asset.text()).length).toBeGreaterThan(50);
    }
  });

  test("runs no script but this server's, stands in no frame, and says so with all its parts", async () => {
    for (const path of ["/swagger", "/swagger/json", "/swagger/assets/swagger-ui-bundle.js"]) {
      const { headers } = await send(server, "GET", path);
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain("unsafe");
      expect([headers.get("x-content-type-options"), headers.get("referrer-policy")]).toEqual(["nosniff", "no-referrer"]);
    }
    const { body, headers } = await send(server, "GET", "/swagger");
    expect(String(body)).not.toMatch(/\son\w+=|\sstyle=/);
    const scripts = [...String(body).matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script = ""]) => script);
    expect(scripts).toHaveLength(1);
    const hash = new Bun.CryptoHasher("sha256").update(scripts[0] ?? "").digest("base64");
    expect(headers.get("content-security-policy")).toStartWith(`default-src 'none'; script-src 'self' 'sha256-${hash}'; `);
  });

  test("keeps no token that somebody enters", async () => {
    const { body } = await send(server, "GET", "/swagger");
    expect(String(body)).toContain('"url":"/swagger/json"');
    expect(String(body)).toContain('"persistAuthorization":false');
  });

  test("serves no other file", async () => {
    for (const file of ["package.json", "index.html", "..%2f..%2felysia%2fpackage.json"]) {
      expect((await send(server, "GET", `/swagger/assets/${file}`)).status).toBe(404);
    }
  });

  test("is left out when told so", async () => {
    const bare = serverWith([], { documentation: false });
    for (const path of ["/swagger", "/swagger/json"]) expect((await send(bare, "GET", path)).status).toBe(404);
  });
});
