import { z } from "zod";
import { type Route, route } from "../../core";
import type { Auth } from "../auth";
import { named, type Repositories } from "../repositories";
import { badgePage } from "./templates";
import { figures, knownValue } from "./value";

interface Parts {
  auth: Auth;
  repositories: Repositories;
  baseUrl: string | undefined;
}

const contentType = "text/plain; charset=utf-8";
const both = z.object({ coverage: z.string(), issues: z.string() });
const address = (example: string) => z.string().meta({ example });
const pageJson = z
  .object({
    coverage_badge_url: address("https://badges.example.org/api/coverage"),
    coverage_badge_href: address("https://cocov.example.org/repos/api"),
    issues_badge_url: address("https://badges.example.org/api/issues"),
    issues_badge_href: address("https://cocov.example.org/repos/api"),
    templates: z
      .object({ html: both, markdown: both, textile: both, rdoc: both, restructured: both })
      .meta({ description: "What shows the badge, by the language of the page it goes into" }),
  })
  .meta({ id: "Badges" });

/** What the Badger and the web UI read. */
export function badgeRoutes({ auth, repositories, baseUrl }: Parts): Route[] {
  const { member, byName } = repositories.guards;
  const values = figures.map((figure) =>
    route({
      method: "GET",
      path: `/v1/repositories/:repo_name/badges/${figure}`,
      summary: `Show the ${figure} of a repository for a badge`,
      description: "The number of its default branch, and nothing else; `unknown` while there is none.",
      ...member,
      access: auth.service("badges").reading(byName),
      params: z.object(named),
      answers: { 200: { contentType, summary: "The number, or `unknown`" } },
      handle: ({ repository }) =>
        new Response(String(knownValue(repository, figure) ?? "unknown"), { headers: { "content-type": contentType } }),
    }),
  );
  return [
    ...values,
    route({
      method: "GET",
      path: "/v1/repositories/:repo_name/badges",
      summary: "Show where a repository's badges are",
      description: "204 when no badge service is configured.",
      ...member,
      params: z.object(named),
      answers: { 200: pageJson, 204: null },
      handle: ({ repository: { name } }) =>
        baseUrl === undefined ? undefined : badgePage({ badges: baseUrl, ui: repositories.uiBaseUrl, name }),
    }),
  ];
}
