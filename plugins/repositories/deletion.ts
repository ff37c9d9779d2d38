import type { Events, Jobs, Transaction } from "../../core";
import { acted } from "../auth";
import { destroyRepository } from "./jobs/destroy";
import type { RepositoryRow } from "./rows";

/** Has a repository deleted after the commit, with all that belongs to it, because somebody wants it. */
export type RequestDeletion = (tx: Transaction, repository: Pick<RepositoryRow, "id" | "name">) => Promise<void>;

export function createRequestDeletion({ events, jobs }: { events: Events; jobs: Jobs }): RequestDeletion {
  return async (tx, { id, name }) => {
    await jobs.enqueue(tx, destroyRepository, { repositoryId: id });
    const subject = { type: "repository", id, name };
    await events.emit(tx, acted, { action: "repository.deleted", subject, repository: name });
  };
}
