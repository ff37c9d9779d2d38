import type { HandledJob } from "../../../core";
import type { GitHub } from "../../github";
import type { Refreshing } from "../refreshing";
import { refreshRepository } from "./refresh-job";

/** Makes a repository what GitHub says it is. */
export function handleRefresh({ github, refreshing }: { github: GitHub; refreshing: Refreshing }): HandledJob {
  return refreshRepository.handledBy(async ({ repositoryId }, run) => {
    const answers = await refreshing.ask(repositoryId, github.installation());
    await run.complete((tx) => refreshing.apply(tx, answers, run.log));
  });
}
