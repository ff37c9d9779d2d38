import { z } from "zod";
import { anyone, type Database, hasTag, notFound, parameter, type Route, route, tagOf } from "../../core";
import { named, type Repositories } from "../repositories";
import { drawBadge } from "./draw";
import { isLinkToken, linkToken } from "./link-token";
import { figures, knownValue } from "./value";

interface Parts {
  db: Database;
  repositories: Repositories;
  /** For whom badges are drawn: nobody, whoever has a link with a token, everybody. */
  drawing: "off" | "token" | "public";
}

const contentType = "image/svg+xml; charset=utf-8";
const fresh = {
  // Pages that show it, GitHub's proxy of pictures among them, ask again after a minute.
  "cache-control": "public, max-age=60",
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
};

const linksJson = z
  .object({
    drawing: z.enum(["off", "token", "public"]).meta({ description: "For whom badges are drawn here" }),
    coverage_url: z.string().optional().meta({ example: "https://api.example.org/badges/api/coverage.svg" }),
    issues_url: z.string().optional().meta({ example: "https://api.example.org/badges/api/issues.svg" }),
  })
  .meta({ id: "BadgeLinks" });

/** Badges that the platform draws itself, for installations without a Badger. */
export function drawnRoutes({ db, repositories, drawing }: Parts): Route[] {
  const drawn = figures.map((figure) =>
    route({
      method: "GET",
      path: `/badges/:repo_name/${figure}.svg`,
      summary: `Draw the badge of a repository's ${figure}`,
      description:
        "Off unless the setting `badges.drawing` says for whom. Whoever may not see it gets the same answer as for a repository that doesn't exist.",
      access: anyone,
      params: z.object({
        ...named,
        token: parameter.text().optional().meta({ description: "Of the link, where badges are drawn for links only" }),
      }),
      answers: { 200: { contentType, summary: "The badge" }, 304: null },
      errors: ["not_found"],
      quiet: true,
      handle: async ({ request, params: { repo_name, token = "" } }) => {
        const repository = drawing === "off" ? undefined : await repositories.findRepositoryByName(db, repo_name);
        // What left the organization shows nothing to the public any more.
        if (!repository || repository.transferredTo !== null || (drawing === "token" && !isLinkToken(repository, token)))
          throw notFound("There is no such badge");
        const svg = drawBadge(figure, knownValue(repository, figure));
        const headers = { ...fresh, etag: tagOf(svg) };
        if (hasTag(request, headers.etag)) return new Response(null, { status: 304, headers });
        return new Response(svg, { headers: { ...headers, "content-type": contentType } });
      },
    }),
  );
  return [
    ...drawn,
    route({
      method: "GET",
      path: "/v1/repositories/:repo_name/settings/badges",
      summary: "Show the links to badges that are drawn here",
      description:
        "Those that carry a token show a repository's figures to whoever has them; a new repository token (`regen-token`) makes them worthless.",
      ...repositories.guards.member,
      params: z.object(named),
      answers: { 200: linksJson },
      handle: ({ repository, url }) => {
        if (drawing === "off") return { drawing };
        const base = `${url.origin}/badges/${encodeURIComponent(repository.name)}`;
        const query = drawing === "token" ? `?token=${linkToken(repository)}` : "";
        return { drawing, coverage_url: `${base}/coverage.svg${query}`, issues_url: `${base}/issues.svg${query}` };
      },
    }),
  ];
}
