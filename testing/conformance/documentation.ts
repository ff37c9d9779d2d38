import { z } from "zod";
import { about } from "../../core/app/about";
import { coreErrors } from "../../core/services/http/errors";
import { prepareRoute } from "../../core/services/http/mount";
import { openApiDocument } from "../../core/services/http/openapi/document";
import type { Rule } from "./examined";

const operations = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        summary: z.string(),
        description: z.string().default(""),
        security: z.array(z.unknown()).default([]),
        responses: z.record(z.string(), z.unknown()),
      }),
    ),
  ),
});

/** Looks at what the documentation says of routes, and not at how they say it. */
export const documentsItsRoutes: Rule = ({ name, plugin, parts, all }) => {
  const catalogue = Object.assign({}, coreErrors.catalogue, ...all.map((other) => other.plugin.errors?.catalogue));
  const prepared = (parts.routes ?? []).map(prepareRoute);
  const document = openApiDocument({ about, plugins: [{ name, summary: plugin.summary, prepared }], catalogue });
  return Object.entries(operations.parse(document).paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { summary, description, security, responses }]) => {
      const route = `Its route ${method.toUpperCase()} ${path}`;
      const statuses = Object.keys(responses);
      return [
        ...(summary.length >= 5 && summary.length <= 80
          ? []
          : [`${route} has the summary "${summary}"; say in 5 to 80 letters what it does.`]),
        ...(security.length > 0 || /public/i.test(description)
          ? []
          : [`${route} asks for no credential, and its guard's label doesn't say that it is public.`]),
        ...(security.length === 0 || statuses.some((status) => status === "401" || status === "403")
          ? []
          : [`${route} asks for a credential and has no error for who lacks it.`]),
        ...(statuses.some((status) => status.startsWith("2") || status === "302")
          ? []
          : [`${route} has no answer for when all goes well.`]),
      ];
    }),
  );
};
