import { z } from "zod";
import { type Database, defineJob, type HandledJob, type JobRun, type Jobs } from "../../../core";
import type { GitHub } from "../../github";
import { updateOrganizationList } from "../jobs/update-organization-list";
import { type ListedOnGitHub, organizationRepositories } from "../on-github";
import { replaceList } from "./replace-list";
import { giveUpFirstList, isKept } from "./want-list";

export const keepOrganizationList = defineJob({
  name: "repositories.keep_organization_list",
  summary: "Has the organization's repositories read from GitHub once an hour, as soon as somebody has wanted to see them",
  whenFailing: "What events don't tell of, such as the time of the last push, is shown as of the last fetch",
  payload: z.object({}),
  everySeconds: 3600,
});

/**
 * A failed read changes nothing, whichever page it fails at. It is tried again for the sake of a list that is there already; while there is
 * none, whoever waits for it asks again, and that begins another one.
 */
export function organizationListJobs({ db, jobs, github }: { db: Database; jobs: Jobs; github: GitHub }): HandledJob[] {
  return [
    updateOrganizationList.handledBy(
      async (_payload, run) => {
        const listed = await readList(run);
        await run.complete(async (tx) => {
          if (listed) await replaceList(tx, github.orgName(), listed);
          else await giveUpFirstList(tx, github.orgName());
        });
      },
      { onDead: (tx) => giveUpFirstList(tx, github.displayName()) },
    ),
    keepOrganizationList.handledBy(async (_payload, run) => {
      const kept = await isKept(db, github.displayName());
      await run.complete(async (tx) => {
        if (kept) await jobs.enqueue(tx, updateOrganizationList, {});
      });
    }),
  ];

  /** @returns null when GitHub doesn't answer this time, and no attempt follows */
  async function readList(run: JobRun): Promise<ListedOnGitHub[] | null> {
    try {
      return await organizationRepositories(github);
    } catch (error) {
      const another = !run.lastAttempt && (await isKept(db, github.orgName()));
      if (another || run.signal.aborted) throw error;
      run.log.warn({ err: error }, "the organization's repositories can't be read");
      return null;
    }
  }
}
