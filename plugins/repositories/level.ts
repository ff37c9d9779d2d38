/** What a member may do with a repository, least first. */
export const levels = ["user", "maintainer", "admin"] as const;
export type Level = (typeof levels)[number];

/** @returns whether a level grants what another one does */
export const atLeast = (level: Level, wanted: Level): boolean => levels.indexOf(level) >= levels.indexOf(wanted);

/** @returns the level that a permission set of GitHub stands for */
export function levelOf(permissions: { admin?: boolean; maintain?: boolean } | undefined): Level {
  if (permissions?.admin) return "admin";
  return permissions?.maintain ? "maintainer" : "user";
}
