import { createHmac, randomBytes, randomUUID } from "node:crypto";
import type { BenchPath } from "../path";

/** A signed push of a new commit, answered after the durable write. */
export const pushWebhook: BenchPath = {
  name: "signed push webhook, a new commit each",
  wanted: 0.4,
  connections: 16,
  sameBytes: false,
  request:
    ({ webhookSecret, repositoryGitHubId }) =>
    () => {
      const sha = randomBytes(20).toString("hex");
      const author = { name: "Ada", email: "ada@example.org" };
      const commit = {
        id: sha,
        message: "Make it faster\n\nA body of some length, as commits have one.",
        author,
        committer: author,
      };
      const body = JSON.stringify({
        ref: "refs/heads/main",
        before: "0".repeat(40),
        after: sha,
        deleted: false,
        repository: { id: repositoryGitHubId, name: "repository-000", full_name: "acme/repository-000", private: true },
        pusher: author,
        sender: { login: "ada", id: 1 },
        commits: [
          {
            ...commit,
            added: [],
            removed: [],
            modified: Array.from({ length: 20 }, (_, file) => `src/module-${file}/index.ts`),
          },
        ],
        head_commit: commit,
      });
      return {
        path: "/v1/github/events",
        init: {
          method: "POST",
          body,
          headers: {
            "content-type": "application/json",
            "x-github-event": "push",
            "x-github-delivery": randomUUID(),
            "x-hub-signature-256": `sha256=${createHmac("sha256", webhookSecret).update(body).digest("hex")}`,
          },
        },
      };
    },
};
