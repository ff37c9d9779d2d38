import { fileURLToPath } from "node:url";
import { openapi } from "@elysiajs/openapi";
import { z } from "zod";
import { notFound } from "./errors";
import { anyone } from "./guard";
import type { JsonObject } from "./openapi/schemas";
import { pageHeaders } from "./page-headers";
import { oneOf } from "./parameters";
import { type Route, route } from "./route";

const page = "/swagger";
const bundled = ["swagger-ui.css", "swagger-ui-bundle.js"] as const;

/**
 * The documentation for people (`/swagger`) and for programs (`/swagger/json`). All that the page loads comes from this server: the
 * platform runs where there may be no internet. A token that somebody enters there is gone with the page.
 *
 * @param document makes the OpenAPI document; asked once, at the first request for it
 */
export function documentationRoutes(about: { title: string }, document: () => JsonObject): Route[] {
  const html = lazily(() => renderPage(about));
  let text: string | undefined;
  return [
    route({
      method: "GET",
      path: page,
      summary: "Show the documentation",
      access: anyone,
      quiet: true,
      answers: { 200: { contentType: "text/html", summary: "The page" } },
      handle: async () => {
        const { text, policy } = await html();
        return new Response(text, {
          headers: { ...pageHeaders, "content-security-policy": policy, "content-type": "text/html; charset=utf-8" },
        });
      },
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
        return new Response(text, { headers: { ...pageHeaders, "content-type": "application/json" } });
      },
    }),
    route({
      method: "GET",
      path: `${page}/assets/:file`,
      summary: "Load a part of the page",
      access: anyone,
      quiet: true,
      params: z.object({ file: oneOf(bundled) }),
      answers: { 200: { contentType: "", summary: "The file" } },
      handle: async ({ params: { file } }) => {
        const part = Bun.file(fileURLToPath(import.meta.resolve(`swagger-ui-dist/${file}`)));
        if (!(await part.exists())) throw notFound();
        return new Response(part, { headers: { ...pageHeaders, "cache-control": "public, max-age=86400" } });
      },
    }),
  ];
}

/** The page, and the policy under which it works: everything from this server, and no script but its own. */
interface RenderedPage {
  readonly text: string;
  readonly policy: string;
}

/**
 * The plugin is asked for its page only, once. The document it would make of Elysia's own schemas isn't used, as there are none. The
 * script in the page is allowed by its hash (https://www.w3.org/TR/CSP3/#grammardef-hash-source); its style sheet has small pictures in it.
 */
async function renderPage({ title }: { title: string }): Promise<RenderedPage> {
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
      persistAuthorization: false,
      validatorUrl: "none",
    },
  });
  const answer = await ui.handle(new Request(`http://localhost${page}`));
  // Browsers ask for a picture of their own accord, which isn't there.
  const text = (await answer.text()).replace("</head>", '<link rel="icon" href="data:," /></head>');
  const hashes = [...text.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, script = ""]) => `'sha256-${new Bun.CryptoHasher("sha256").update(script).digest("base64")}'`,
  );
  const policy = [
    "default-src 'none'",
    `script-src 'self' ${hashes.join(" ")}`,
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return { text, policy: policy.join("; ") };
}

/** Makes something when it is first asked for, and gives that to everybody. */
function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
