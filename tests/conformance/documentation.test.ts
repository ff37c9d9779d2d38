import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { useTestServer } from "../../testing/server";

const server = await useTestServer();

const operation = z.object({
  summary: z.string().min(5).max(80),
  description: z.string().optional(),
  tags: z.array(z.string()).min(1),
  operationId: z.string(),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  responses: z.record(
    z.string(),
    z.object({ description: z.string(), content: z.record(z.string(), z.record(z.string(), z.unknown())).optional() }),
  ),
});
const document = z
  .object({
    openapi: z.string().startsWith("3.1"),
    paths: z.record(z.string(), z.record(z.string(), operation)),
    components: z.object({ securitySchemes: z.record(z.string(), z.unknown()) }),
  })
  .parse(await (await server.request("GET", "/swagger/json")).json());

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, details]) => [`${method.toUpperCase()} ${path}`, details] as const),
);

test("every operation has an id of its own", () => {
  const ids = operations.map(([, { operationId }]) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

describe("the documentation of", () => {
  test.each(operations)(
    "%s has a credential or is public, an answer with an example, and its error codes",
    (title, { security, description, responses }) => {
      const schemes = (security ?? []).flatMap((alternative) => Object.keys(alternative));
      for (const scheme of schemes) expect(Object.keys(document.components.securitySchemes)).toContain(scheme);
      if (schemes.length === 0) expect(description ?? "").toMatch(/public/i);
      else expect(Object.keys(responses).some((status) => status === "401" || status === "403")).toBe(true);

      const successes = Object.entries(responses).filter(([status]) => status.startsWith("2") || status === "302");
      expect(successes.length).toBeGreaterThan(0);
      for (const [status, { content }] of successes) {
        const json = content?.["application/json"];
        if (status !== "204" && json?.schema) expect(json.example ?? json.examples).toBeDefined();
      }
      for (const [status, response] of Object.entries(responses)) {
        // These probes answer 503 in the very form they have when all is well.
        if (["GET /system/probes/ready", "GET /system/probes/health"].includes(title)) continue;
        if (Number(status) >= 400 && response.content?.["application/json"])
          expect(JSON.stringify(response.content)).toContain("code");
      }
    },
  );
});

test("the page and all it loads come from this server", async () => {
  const page = await (await server.request("GET", "/swagger")).text();
  const loaded = [...page.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, address = ""]) => address);
  expect(loaded.length).toBeGreaterThan(0);
  for (const address of loaded) {
    expect(address).toStartWith("/");
    expect((await server.request("GET", address)).status).toBe(200);
  }
});
