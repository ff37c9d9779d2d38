import { z } from "zod";
import { defineJob } from "../../../core";

export const updateOrganizationList = defineJob({
  name: "repositories.update_organization_list",
  summary: "Reads the organization's repositories from GitHub, all of them, and replaces the list that is kept here",
  whenFailing:
    "Whoever adds a repository chooses from the list that was fetched last; while there was none, asking for it tries again",
  payload: z.object({}),
  key: () => "all",
  // One at a time, so that what was read earlier isn't written later.
  exclusive: () => "organization.repositories",
  retry: { attempts: 4, delays: [1, 5, 15] },
  concurrency: 1,
});
