import { fileURLToPath } from "node:url";
import { openapi } from "@elysiajs/openapi";
import { z } from "zod";
import { notFound } from "./errors";
import { anyone } from "./guard";
import type { JsonObject } from "./openapi/schemas";
import { oneOf } from "./parameters";
import { type Route, route } from "./route";

const page = "/swagger";
const assets = ["swagger-ui.css", "swagger-ui-bundle.js"] as const;

/**
 * The documentation for people (`/swagger`) and for programs (`/swagger/json`). All that the page loads comes from this server: the
 * platform runs where there may be no internet.
 *
 * @param document makes the OpenAPI document; asked once, at the first request for it
 */
export function documentationRoutes(about: { title: string }, document: () => JsonObject): Route[] {
  let text: string | undefined;
  return [
    route({
      method: "GET",
      path: page,
      summary: "Show the documentation",
      access: anyone,
      quiet: true,
      answers: { 200: { contentType: "text/html", summary: "The page" } },
      handle: () => renderPage(about),
    }),
    route({
      method: "GET",
      path: `${page}/json`,
      summary: "Show the OpenAPI document",
      access: anyone,
      quiet: true,
      answers: { 200: { contentType: "application/json", summary: "The document" } },
      handle: () => {
        text ??= JSON.stringify(document());
        return new Response(text, { headers: { "content-type": "application/json" } });
      },
    }),
    route({
      method: "GET",
      path: `${page}/assets/:file`,
      summary: "Load a part of the page",
      access: anyone,
      quiet: true,
      params: z.object({ file: oneOf(assets) }),
      answers: { 200: { contentType: "", summary: "The file" } },
      handle: async ({ params }) => {
        const file = Bun.file(fileURLToPath(import.meta.resolve(`swagger-ui-dist/${params.file}`)));
        if (!(await file.exists())) throw notFound();
        return new Response(file, { headers: { "cache-control": "public, max-age=86400" } });
      },
    }),
  ];
}

/** The plugin is asked for its page only. The document it would make of Elysia's own schemas isn't used, as there are none. */
async function renderPage({ title }: { title: string }): Promise<Response> {
  const ui = openapi({
    provider: "swagger-ui",
    path: page,
    // The plugin takes the first slash off, and the page needs one: its address may end in a slash.
    specPath: `/${page}/json`,
    documentation: { info: { title, version: "", description: "What this server answers" } },
    swagger: {
      theme: `${page}/assets/swagger-ui.css`,
      cdn: `${page}/assets/swagger-ui-bundle.js`,
      autoDarkMode: false,
      persistAuthorization: true,
      validatorUrl: "none",
    },
  });
  return await ui.handle(new Request(`http://localhost${page}`));
}
