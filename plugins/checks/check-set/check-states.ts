/**
 * The states of a check, and what becomes of it when a Worker reports a status: `on` tells the state that follows. Reports that aren't
 * listed change nothing. A check that has ended may end otherwise, but never opens again.
 *
 * ```
 * waiting ◄─► in_progress ─► completed | errored | canceled
 * ```
 */
export const checkStates = {
  waiting: {
    final: false,
    on: { waiting: "waiting", in_progress: "in_progress", completed: "completed", errored: "errored", canceled: "canceled" },
  },
  in_progress: {
    final: false,
    on: { waiting: "waiting", in_progress: "in_progress", completed: "completed", errored: "errored", canceled: "canceled" },
  },
  completed: { final: true, on: { completed: "completed", errored: "errored", canceled: "canceled" } },
  errored: { final: true, on: { completed: "completed", errored: "errored", canceled: "canceled" } },
  canceled: { final: true, on: { completed: "completed", errored: "errored", canceled: "canceled" } },
} as const satisfies Record<string, { readonly final: boolean; readonly on: Readonly<Record<string, string>> }>;

export type CheckStatus = keyof typeof checkStates;

/** In the order of the numbers they are stored as, 0 to 4. */
export const checkStatuses = ["waiting", "in_progress", "completed", "errored", "canceled"] as const satisfies CheckStatus[];

/** Those in which a check may still be worked on. */
export const openStatuses = checkStatuses.filter((status) => !checkStates[status].final);

/** @returns whether the check has ended; it may still end otherwise, but never open again */
export function isFinal(status: CheckStatus): boolean {
  return checkStates[status].final;
}

/**
 * @param reported what the Worker says; it may repeat itself, and old reports may arrive late
 * @returns the status the check has then: `current` when the report changes nothing
 */
export function nextCheckStatus(current: CheckStatus, reported: CheckStatus): CheckStatus {
  const { on }: { readonly on: Readonly<Partial<Record<CheckStatus, CheckStatus>>> } = checkStates[current];
  return on[reported] ?? current;
}
