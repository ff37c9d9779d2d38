import { fileURLToPath } from "node:url";
import { z } from "zod";
import { notFound } from "./errors";
import { anyone } from "./guard";
import type { JsonObject } from "./openapi/schemas";
import { pageHeaders } from "./page-headers";
import { oneOf } from "./parameters";
import { type Route, route } from "./route";

const page = "/swagger";
const startScript = "start.js";
const bundled = ["swagger-ui.css", "swagger-ui-bundle.js"] as const;

/**
 * The documentation for people (`/swagger`) and for programs (`/swagger/json`). All that the page loads comes from this server: the
 * platform runs where there may be no internet. A token that somebody enters there is gone with the page.
 *
 * @param document makes the OpenAPI document; asked once, at the first request for it
 */
export function documentationRoutes(about: { title: string }, document: () => JsonObject): Route[] {
  const html = htmlOf(about);
  let text: string | undefined;
  return [
    route({
      method: "GET",
      path: page,
      summary: "Show the documentation",
      access: anyone,
      quiet: true,
      answers: { 200: { contentType: "text/html", summary: "The page" } },
      handle: () => new Response(html, { headers: { ...headers, "content-type": "text/html; charset=utf-8" } }),
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
        return new Response(text, { headers: { ...headers, "content-type": "application/json" } });
      },
    }),
    route({
      method: "GET",
      path: `${page}/assets/:file`,
      summary: "Load a part of the page",
      access: anyone,
      quiet: true,
      params: z.object({ file: oneOf([...bundled, startScript]) }),
      answers: { 200: { contentType: "", summary: "The file" } },
      handle: async ({ params: { file } }) => {
        const cached = { ...headers, "cache-control": "public, max-age=86400" };
        if (file === startScript) return new Response(start, { headers: { ...cached, "content-type": "text/javascript" } });
        const part = Bun.file(fileURLToPath(import.meta.resolve(`swagger-ui-dist/${file}`)));
        if (!(await part.exists())) throw notFound();
        return new Response(part, { headers: cached });
      },
    }),
  ];
}

/** Its style sheet has small pictures in it, and it gives elements styles of their own. */
const headers = {
  ...pageHeaders,
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

/** A file of its own, because no script in the page is run. */
const start = `window.ui = SwaggerUIBundle(${JSON.stringify({ dom_id: "#swagger-ui", url: `${page}/json`, validatorUrl: "none" })});\n`;

const htmlOf = ({ title }: { title: string }): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${Bun.escapeHTML(title)}</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="${page}/assets/swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="${page}/assets/swagger-ui-bundle.js"></script>
    <script src="${page}/assets/${startScript}"></script>
  </body>
</html>
`;
