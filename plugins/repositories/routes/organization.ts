import { z } from "zod";
import { type Database, type Jobs, type Page, parameter, type Route, route, timeMillis } from "../../../core";
import type { Auth } from "../../auth";
import type { GitHub } from "../../github";
import { updateOrganizationList } from "../jobs/update-organization-list";
import { type OrganizationPage, searchList, showList } from "../organization/show-list";
import { wantFirstList } from "../organization/want-list";
import { organizationList } from "../schemas";

interface Parts {
  db: Database;
  jobs: Jobs;
  auth: Auth;
  github: GitHub;
}

/** The organization's repositories on GitHub, to choose from when one is to be added. */
export function organizationRoutes({ db, jobs, auth, github }: Parts): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/repositories/$org_repos",
      summary: "List the organization's repositories on GitHub",
      description:
        "As last fetched from GitHub, registered here or not, by name. Asked for the first time, it is fetched: `updating` until that is done. With `search_term` the 50 most similar names, as one page.",
      access: auth.any,
      params: z.object({ search_term: parameter.text().optional() }),
      paginated: { size: 50 },
      answers: { 200: organizationList },
      errors: ["github.not_configured"],
      handle: async ({ params: { search_term: term }, page }) => {
        const organization = github.orgName();
        const found =
          term === undefined ? await showList(db, organization, page) : await searchList(db, organization, { term, page });
        if (found?.fetchedAt) return present(found, found.fetchedAt, page);
        github.installation();
        await db.transaction((tx) => wantFirstList({ tx, jobs }, organization));
        return updating;
      },
    }),
    route({
      method: "POST",
      path: "/v1/repositories/$org_repos/update",
      summary: "Fetch the organization's repositories from GitHub again",
      description: "Happens in the background, once for all who ask before it begins; the former list is shown until then.",
      access: auth.any,
      answers: { 204: null },
      errors: ["github.not_configured"],
      handle: async () => {
        const organization = github.orgName();
        github.installation();
        await db.transaction(async (tx) => {
          await wantFirstList({ tx, jobs }, organization);
          await jobs.enqueue(tx, updateOrganizationList, {});
        });
      },
    }),
  ];
}

const updating = { status: "updating" } as const;

function present({ items, total }: OrganizationPage, fetchedAt: Date, page: Page): z.input<typeof organizationList> {
  const { page: current_page, ...paging } = page.block(total);
  return {
    status: "ok",
    items: items.map(({ name, description, madeAt, pushedAt, present }) => ({
      name,
      description,
      created_at: timeMillis(madeAt),
      pushed_at: pushedAt && timeMillis(pushedAt),
      status: present ? "present" : "absent",
    })),
    ...paging,
    current_page,
    last_updated: timeMillis(fetchedAt),
  };
}
