import type { ChangedPaths, CommitRecord } from "../git/commit-log";
import { isAncestor, readChangedPaths, readCommits } from "../git/commit-log";
import { nodeId, simpleOrganization, simpleUser } from "../shapes/account";
import { repositoryShape } from "../shapes/repository";
import type { Site } from "../site";
import { findUserByEmail } from "../world/lookup";
import type { RepositoryRecord, User } from "../world/world";

/** No commit: what `before` is for a new branch and `after` for a deleted one. */
export const zeroSha = "0".repeat(40);

/** Which move of a branch a push event tells of. */
export type PushFacts = { branch: string; before: string | null; after: string | null; sender?: User };

/** Of a team that events tell of; it may be gone already. */
export type TeamFacts = { id: number; name: string };

/** Builds webhook payloads from the world as it is now (https://docs.github.com/webhooks/webhook-events-and-payloads). */
export type Payloads = {
  push(repository: { id: number }, facts: PushFacts): Promise<object>;
  /** @param ref name of the branch or tag */
  delete(repository: { id: number }, ref: string, options?: { refType?: "branch" | "tag"; sender?: User }): object;
  /** @param changes as in `{ description: { from: "old" } }`, `{ repository: { name: { from: "old" } } }` */
  repository(repository: { id: number }, action: string, changes?: object): object;
  public(repository: { id: number }): object;
  teamAdd(repository: { id: number }, team?: TeamFacts): object;
  /** Without a repository, as when the team's own settings changed. */
  team(action: string, repository?: { id: number }, team?: TeamFacts): object;
  member(repository: { id: number }, member: User, action: "added" | "edited" | "removed"): object;
  /** A member came into, or left, a team. */
  membership(member: User, action: "added" | "removed", team?: TeamFacts): object;
  organization(member: User, action: string): object;
  ping(): object;
};

/** A real push event lists up to 2,048 commits; nobody here looks at more than these. */
const mostCommits = 20;

const everyone: TeamFacts = { id: 1, name: "Everyone" };

const teamShape = ({ id, name }: TeamFacts) => ({
  id,
  node_id: nodeId("T", id),
  name,
  slug: name.toLowerCase(),
  description: null,
  privacy: "closed",
  permission: "pull",
});

export function createPayloads(site: Site): Payloads {
  const { world, urls } = site;
  /** What every event of an installed App carries. */
  const frame = (sender?: User) => ({
    organization: simpleOrganization(urls, world.organization),
    sender: simpleUser(urls, sender ?? anybody()),
    installation: { id: site.installationId, node_id: "I_1" },
  });
  const record = ({ id }: { id: number }) => {
    const found = world.repositories.get(id) ?? world.deletedRepositories.get(id);
    if (found === undefined) throw new Error(`there was never a repository ${id}`);
    return found;
  };
  const shape = (repository: { id: number }) => repositoryShape(world, urls, record(repository));

  return {
    push: (repository, facts) => pushPayload(record(repository), facts),
    delete: (repository, ref, { refType = "branch", sender } = {}) => ({
      ref,
      ref_type: refType,
      pusher_type: "user",
      repository: shape(repository),
      ...frame(sender),
    }),
    repository: (repository, action, changes) => ({
      action,
      ...(changes && { changes }),
      repository: shape(repository),
      ...frame(),
    }),
    public: (repository) => ({ repository: shape(repository), ...frame() }),
    teamAdd: (repository, team = everyone) => ({ team: teamShape(team), repository: shape(repository), ...frame() }),
    team: (action, repository, team = everyone) => ({
      action,
      team: teamShape(team),
      ...(repository && { repository: shape(repository) }),
      ...frame(),
    }),
    member: (repository, member, action) => ({
      action,
      member: simpleUser(urls, member),
      ...(action === "added" && { changes: { permission: { to: "write" } } }),
      repository: shape(repository),
      ...frame(),
    }),
    membership: (member, action, team = everyone) => ({
      action,
      scope: "team",
      member: simpleUser(urls, member),
      team: teamShape(team),
      ...frame(),
    }),
    organization: (member, action) => ({
      action,
      membership: {
        url: `${urls.api}/orgs/${world.organization.login}/memberships/${member.login}`,
        state: "active",
        role: member.orgRole === "admin" ? "admin" : "member",
        organization_url: `${urls.api}/orgs/${world.organization.login}`,
        user: simpleUser(urls, member),
      },
      ...frame(),
    }),
    ping: () => ({
      zen: "Half measures are as bad as nothing at all.",
      hook_id: 1,
      hook: { type: "App", id: 1, name: "web", active: true, events: ["push"], app_id: site.appId },
      ...frame(),
    }),
  };

  function anybody(): User {
    const [first] = world.users.values();
    return first ?? { id: 1, login: "ghost", name: null, emails: [], orgRole: "none", suspended: false };
  }

  async function pushPayload(repository: RepositoryRecord, { branch, before, after, sender }: PushFacts): Promise<object> {
    const url = `${urls.web}/${repository.owner}/${repository.name}`;
    const [head] = after === null ? [] : await readCommits(site.git, repository.bare, after, 1);
    const moved = before !== null && after !== null;
    const commits = moved
      ? await readCommits(site.git, repository.bare, `${before}..${after}`, mostCommits)
      : head
        ? [head]
        : [];
    const described = (commit: CommitRecord) => describe(repository, url, commit);
    const pusher = sender ?? anybody();
    const pushedAt = Math.floor((repository.pushedAt ?? new Date()).getTime() / 1000);
    return {
      ref: `refs/heads/${branch}`,
      before: before ?? zeroSha,
      after: after ?? zeroSha,
      repository: {
        ...shape(repository),
        // In push events alone these two are seconds, and these three exist.
        created_at: Math.floor(repository.createdAt.getTime() / 1000),
        pushed_at: pushedAt,
        stargazers: 0,
        master_branch: repository.defaultBranch,
        organization: world.organization.login,
      },
      pusher: { name: pusher.login, email: pusher.emails[0]?.email ?? null },
      ...frame(sender),
      created: before === null,
      deleted: after === null,
      forced: moved && !(await isAncestor(site.git, repository.bare, before, after)),
      base_ref: null,
      compare: `${url}/compare/${(before ?? zeroSha).slice(0, 12)}...${(after ?? zeroSha).slice(0, 12)}`,
      commits: await Promise.all(commits.toReversed().map(described)),
      head_commit: head === undefined ? null : await described(head),
    };
  }

  async function describe(repository: RepositoryRecord, url: string, commit: CommitRecord) {
    const paths: ChangedPaths = await readChangedPaths(site.git, repository.bare, commit.sha);
    return {
      id: commit.sha,
      tree_id: commit.tree,
      distinct: true,
      message: commit.message,
      timestamp: commit.committer.date,
      url: `${url}/commit/${commit.sha}`,
      author: person(commit.author),
      committer: person(commit.committer),
      ...paths,
    };
  }

  function person({ name, email }: { name: string; email: string }) {
    const user = findUserByEmail(world, email);
    return { name, email, ...(user && { username: user.login }) };
  }
}
