import { z } from "zod";
import { type Database, type Logger, parameter, type Route, route } from "../../../core";
import type { Auth, Caller } from "../../auth";
import { named, type RepositoryGuards } from "../guards";
import { type HeadFigure, headFigures } from "../head-figures";
import { mostSimilarPage, searchRepositories } from "../list";
import { type CommitPresenter, presentRepository } from "../present";
import type { RepositoryRow } from "../rows";
import { type CommitSchemas, repositoryJson, repositoryList, repositorySearch } from "../schemas";
import { createVisiblePages } from "../visible-page";

interface Parts {
  db: Database;
  log: Logger;
  auth: Auth;
  guards: RepositoryGuards;
  present: CommitPresenter;
  schemas: CommitSchemas;
  add: (caller: Caller, name: string) => Promise<RepositoryRow>;
  figures: () => readonly HeadFigure[];
}

/** Listing, adding and showing repositories. */
export function repositoryRoutes({ db, log, auth, guards, present, schemas, add, figures }: Parts): Route[] {
  const pages = createVisiblePages({ db, log });
  return [
    route({
      method: "GET",
      path: "/v1/repositories",
      summary: "List repositories",
      description: "Those the caller may see, by name. With `search_term` all of them still, but the most similar names first.",
      access: auth.any.reading(pages.choose),
      params: z.object({ search_term: parameter.text().optional() }),
      paginated: true,
      answers: { 200: repositoryList },
      handle: async ({ request, caller, read, params: { search_term = "" }, page }) => {
        const listed = read ? pages.page(request, caller, read) : undefined;
        const { rows, total } = listed ?? (await mostSimilarPage(db, caller, page, search_term));
        return { repositories: rows.map(presentRepository), paging: page.block(total) };
      },
    }),
    route({
      method: "POST",
      path: "/v1/repositories",
      summary: "Add a repository",
      description:
        "Registers a repository of the organization, by its name there. Its members and its newest commit follow in the background.",
      access: auth.any,
      params: z.object({ name: parameter.text({ missing: "repositories.missing_name" }) }),
      answers: { 201: repositoryJson },
      errors: ["repositories.not_on_github", "repositories.already_exists", "github.unavailable", "github.not_configured"],
      handle: async ({ caller, params }) => presentRepository(await add(caller, params.name)),
    }),
    route({
      method: "GET",
      path: "/v1/repositories/$search",
      summary: "Search repositories",
      description: "Names and descriptions of the first 25 of the list, most similar first.",
      access: auth.any,
      params: z.object({ search_term: parameter.text().optional() }),
      answers: { 200: repositorySearch },
      handle: async ({ caller, params }) => {
        const rows = await searchRepositories(db, caller, params.search_term);
        return rows.map(({ name, description }) => ({ name, description }));
      },
    }),
    route({
      method: "GET",
      path: "/v1/repositories/:repo_name",
      summary: "Show a repository",
      ...guards.member,
      params: z.object(named),
      answers: { 200: schemas.repositoryWithHead },
      handle: async ({ repository }) => {
        if (repository.headId === null) return presentRepository(repository);
        const [statuses, shown] = await Promise.all([
          present.statuses(db, repository.headId),
          headFigures(db, repository.headId, figures()),
        ]);
        return { ...presentRepository(repository), head: { ...statuses, ...shown } };
      },
    }),
  ];
}
