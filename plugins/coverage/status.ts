/** How far a commit's coverage is. `waiting`: nothing was uploaded. */
export const coverageStatuses = ["waiting", "queued", "in_progress", "completed", "errored"] as const;

export type CoverageStatus = (typeof coverageStatuses)[number];
