import type { CommitOptions, Repository } from "../world/repository";
import type { User } from "../world/world";
import type { Deliveries, DeliveryOptions } from "./deliveries";
import type { Payloads } from "./payloads";

/** A commit to make, and how to deliver the news of it. */
export type PushOptions = CommitOptions & { delivery?: DeliveryOptions; sender?: User };

export type PushedCommit = {
  sha: string;
  /** The branch's head before; null when the branch is new. */
  before: string | null;
  payload: object;
  /** The platform's answer to the delivery. */
  response: Response;
};

/** Commits, then delivers the push event. */
export async function deliverPush(
  payloads: Payloads,
  deliveries: Deliveries,
  repository: Repository,
  { delivery, sender, ...commit }: PushOptions = {},
): Promise<PushedCommit> {
  const branch = commit.branch ?? repository.defaultBranch;
  const before = await repository.head(branch);
  const sha = await repository.commit(commit);
  const payload = await payloads.push(repository, { branch, before, after: sha, sender });
  return { sha, before, payload, response: await deliveries.deliver("push", payload, delivery) };
}
