import type { GitHub } from "../../github";
import { organizationRepositories, standingOf } from "../on-github";

/** Beyond so many, one list is read instead of each of them. */
const mostCalls = 20;

/** @returns which of these repositories GitHub doesn't show the App. @throws what `github.reach` throws */
export async function hiddenFromApp(github: GitHub, githubIds: readonly number[]): Promise<number[]> {
  if (githubIds.length > mostCalls) {
    const shown = new Set((await organizationRepositories(github)).map(({ githubId }) => githubId));
    return githubIds.filter((id) => !shown.has(id));
  }
  const hidden: number[] = [];
  for (const githubId of githubIds) if ((await standingOf(github, githubId)).kind === "hidden") hidden.push(githubId);
  return hidden;
}
