/** The states of a check, and those a report may move it to. */
export const checkStates = {
  waiting: { final: false, next: ["waiting", "in_progress", "completed", "errored", "canceled"] },
  in_progress: { final: false, next: ["waiting", "in_progress", "completed", "errored", "canceled"] },
  completed: { final: true, next: ["completed", "errored", "canceled"] },
  errored: { final: true, next: ["completed", "errored", "canceled"] },
  canceled: { final: true, next: ["completed", "errored", "canceled"] },
} as const satisfies Record<string, { readonly final: boolean; readonly next: readonly string[] }>;

export type CheckStatus = keyof typeof checkStates;

/** In the order of the numbers they are stored as, 0 to 4. */
export const checkStatuses = ["waiting", "in_progress", "completed", "errored", "canceled"] as const satisfies CheckStatus[];

/** @returns whether the check has ended; it may still end otherwise, but never open again */
export function isFinal(status: CheckStatus): boolean {
  return checkStates[status].final;
}

/**
 * @param reported what the Worker says; it may repeat itself, and old reports may arrive late
 * @returns the status the check has then: `current` when the report changes nothing
 */
export function nextCheckStatus(current: CheckStatus, reported: CheckStatus): CheckStatus {
  const next: readonly CheckStatus[] = checkStates[current].next;
  return next.includes(reported) ? reported : current;
}
