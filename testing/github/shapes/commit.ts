import type { CommitRecord } from "../git/commit-log";
import type { Urls } from "../site";
import { findUserByEmail } from "../world/lookup";
import type { RepositoryRecord, World } from "../world/world";
import { nodeId, simpleUser } from "./account";

/** @returns a commit as `GET /repos/:owner/:repo/commits` shows it */
export function commitShape(world: World, urls: Urls, repository: RepositoryRecord, commit: CommitRecord) {
  const fullName = `${repository.owner}/${repository.name}`;
  const api = `${urls.api}/repos/${fullName}`;
  const url = `${api}/commits/${commit.sha}`;
  const html = `${urls.web}/${fullName}/commit`;
  return {
    sha: commit.sha,
    node_id: nodeId("C", commit.sha),
    commit: {
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      url: `${api}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null },
    },
    url,
    html_url: `${html}/${commit.sha}`,
    comments_url: `${url}/comments`,
    author: accountOf(world, urls, commit.author.email),
    committer: accountOf(world, urls, commit.committer.email),
    parents: commit.parents.map((sha) => ({ sha, url: `${api}/commits/${sha}`, html_url: `${html}/${sha}` })),
  };
}

function accountOf(world: World, urls: Urls, email: string) {
  const user = findUserByEmail(world, email);
  return user === undefined ? null : simpleUser(urls, user);
}
