import { z } from "zod";
import { type Database, type Events, type Route, route, type Transaction } from "../../../core";
import { acted } from "../../auth";
import { type CommitRow, namedCommit, type RepositoryGuards, type RepositoryRow } from "../../repositories";
import type { RunRequests } from "../run/requests";

interface Parts {
  db: Database;
  events: Events;
  guards: RepositoryGuards;
  requests: RunRequests;
}
type Action = "checks.re_run" | "checks.canceled";
type Reached = { repository: RepositoryRow; commit: CommitRow };

/** Starting checks again and canceling them. */
export function runRoutes({ db, events, guards, requests }: Parts): Route[] {
  async function tell(tx: Transaction, action: Action, { repository, commit }: Reached): Promise<void> {
    const subject = { type: "checks", id: commit.id, name: commit.sha };
    await events.emit(tx, acted, { action, subject, repository: repository.name });
  }

  return [
    route({
      method: "POST",
      path: "/v1/repositories/:repo_name/commits/:commit_sha/checks/re_run",
      summary: "Start a commit's checks again",
      description: "Once their last run has ended. Its checks and issues are gone when this is answered; the new run follows.",
      ...guards.memberOfCommit,
      params: z.object(namedCommit),
      answers: { 204: null },
      errors: ["not_found", "checks.cannot_re_run_while_running"],
      handle: (reached) =>
        db.transaction(async (tx) => {
          await requests.reRun(tx, reached.commit.id);
          await tell(tx, "checks.re_run", reached);
        }),
    }),
    route({
      method: "DELETE",
      path: "/v1/repositories/:repo_name/commits/:commit_sha/checks",
      summary: "Cancel a commit's checks",
      description: "At once when no Worker has them, else as soon as the Worker has stopped. Nothing happens when none run.",
      ...guards.memberOfCommit,
      params: z.object(namedCommit),
      answers: { 204: null },
      errors: ["not_found"],
      handle: async (reached) => {
        const { id: commitId } = reached.commit;
        const accepted = await db.transaction(async (tx) => {
          const done = await requests.cancel(tx, commitId);
          if (done) await tell(tx, "checks.canceled", reached);
          return done;
        });
        if (accepted) await requests.cancelNow(db, commitId);
      },
    }),
  ];
}
