import { definePlugin, type Transaction } from "../../../../core";
import repositories, {
  branchHeadMoved,
  commitFetchFailed,
  commitRegistered,
  commitStored,
  repositoryDeleted,
} from "../../../../plugins/repositories";

/** Notes what repositories tell in the table `heard`. */
export default definePlugin({
  name: "noting",
  summary: "Notes domain events, for tests",
  requires: [repositories],
  setup() {
    const hear = (tx: Transaction, event: string, subject: number) =>
      tx.sql`INSERT INTO heard (event, subject) VALUES (${event}, ${subject})`.then(() => undefined);
    return {
      on: [
        commitRegistered.handledBy((tx, { commitId }) => hear(tx, "registered", commitId)),
        commitStored.handledBy((tx, { commitId }) => hear(tx, "fetched", commitId)),
        commitFetchFailed.handledBy((tx, { commitId }) => hear(tx, "failed", commitId)),
        branchHeadMoved.handledBy((tx, { commitId }) => hear(tx, "moved", commitId)),
        repositoryDeleted.handledBy((tx, { repositoryId }) => hear(tx, "deleted", repositoryId)),
      ],
    };
  },
});
