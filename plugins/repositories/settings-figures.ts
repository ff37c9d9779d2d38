import type { Queryable } from "../../core";

/** A number that a repository's settings show. */
export interface SettingsFigure {
  readonly key: `${string}_count`;
  of(q: Queryable, repositoryId: number): Promise<number>;
}

/** Figures that clients read whichever plugins are on, as they are while nobody counts them. */
const promised = { secrets_count: 0 };

/** @returns every figure of a repository, in one statement for each plugin that has one */
export async function settingsFigures(
  q: Queryable,
  repositoryId: number,
  contributed: readonly SettingsFigure[],
): Promise<typeof promised> {
  const counted = contributed.map(async ({ key, of }) => [key, await of(q, repositoryId)] as const);
  return { ...promised, ...Object.fromEntries(await Promise.all(counted)) };
}
