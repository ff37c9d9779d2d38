import type { Events, Transaction } from "../../../core";
import type { Repositories } from "../../repositories";
import { closeOpenChecks } from "../check-set/check-rows";
import { type CheckSetRow, moveCheckSet, runOf } from "../check-set/check-set-rows";
import type { EndStatus } from "../check-set/check-set-states";
import { checkSetWrappedUp, runChanged } from "../events";
import type { IssueCounts } from "../slots";
import type { Announce } from "./announce";
import type { Transports } from "./transports";

/** Ends runs: everything that belongs to it happens in the transaction it is given. */
export interface RunEnd {
  /** Ends the run of a locked check set whose checks have all ended. */
  end(tx: Transaction, set: CheckSetRow, status: EndStatus): Promise<void>;
  /**
   * Ends a run that no Worker will. What is open becomes errored, with `reason` as its output; or canceled, when that was asked for
   * or `canceled` is said here.
   */
  breakOff(tx: Transaction, set: CheckSetRow, how: { reason: string } | "canceled"): Promise<void>;
}

interface Parts {
  events: Events;
  announce: Announce;
  transports: Transports;
  counts: () => IssueCounts | undefined;
  repositories: Repositories;
}

export function createRunEnd({ events, announce, transports, counts, repositories }: Parts): RunEnd {
  async function end(tx: Transaction, set: CheckSetRow, status: EndStatus): Promise<void> {
    const { id: checkSetId, commitId } = set;
    const issuesCount = (await counts()?.active(tx, commitId)) ?? 0;
    await repositories.setIssuesCount(tx, commitId, issuesCount);
    await moveCheckSet(tx, set, status, tx.sql`, finished_at = now()`);
    await events.emit(tx, checkSetWrappedUp, { commitId, checkSetId, issuesCount, outcome: status });
    await announce(tx, set, announced(status, issuesCount));
    const run = runOf(set);
    if (!run) return;
    await transports.of(set)?.ended(tx, run);
    await events.emit(tx, runChanged, { ...run, what: "ended" });
  }

  return {
    end,
    async breakOff(tx, set, how) {
      const canceled = how === "canceled" || set.canceling;
      const status = canceled ? "canceled" : "errored";
      await closeOpenChecks(tx, set.id, status, how === "canceled" ? null : how.reason);
      await end(tx, set, status);
    },
  };
}

function announced(status: EndStatus, issues: number) {
  if (status === "canceled") return "canceled";
  return status === "errored" ? "internal_error" : { issues };
}
