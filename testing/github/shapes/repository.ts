import type { Urls } from "../site";
import { includes } from "../world/access";
import { findUser } from "../world/lookup";
import type { Permission, RepositoryRecord, World } from "../world/world";
import { nodeId, organizationAccount, simpleUser } from "./account";

/** @returns the five flags that go with a permission; all false for null */
export function permissionFlags(permission: Permission | null) {
  return {
    admin: includes(permission, "admin"),
    maintain: includes(permission, "maintain"),
    push: includes(permission, "write"),
    triage: includes(permission, "triage"),
    pull: includes(permission, "read"),
  };
}

/** @returns a repository as REST answers and webhooks show it, without what depends on the caller */
export function repositoryShape(world: World, urls: Urls, repository: RepositoryRecord) {
  const fullName = `${repository.owner}/${repository.name}`;
  const html = `${urls.web}/${fullName}`;
  return {
    id: repository.id,
    node_id: nodeId("R", repository.id),
    name: repository.name,
    full_name: fullName,
    private: repository.private,
    owner: ownerShape(world, urls, repository),
    html_url: html,
    description: repository.description,
    fork: false,
    ...repositoryLinks(`${urls.api}/repos/${fullName}`),
    created_at: isoSeconds(repository.createdAt),
    updated_at: isoSeconds(repository.updatedAt),
    pushed_at: repository.pushedAt === null ? null : isoSeconds(repository.pushedAt),
    git_url: `git://${new URL(urls.web).host}/${fullName}.git`,
    ssh_url: `git@${new URL(urls.web).hostname}:${fullName}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    homepage: null,
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: true,
    has_downloads: true,
    has_wiki: true,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    mirror_url: null,
    archived: repository.archived,
    disabled: false,
    open_issues_count: 0,
    license: null,
    allow_forking: false,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repository.private ? "private" : "public",
    forks: 0,
    open_issues: 0,
    watchers: 0,
    default_branch: repository.defaultBranch,
  };
}

/** @returns time as GitHub writes it: ISO 8601 in UTC, whole seconds */
export function isoSeconds(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

function ownerShape(world: World, urls: Urls, repository: RepositoryRecord) {
  const user = findUser(world, repository.owner);
  return user === undefined ? organizationAccount(urls, world.organization) : simpleUser(urls, user);
}

function repositoryLinks(url: string) {
  return {
    url,
    forks_url: `${url}/forks`,
    keys_url: `${url}/keys{/key_id}`,
    collaborators_url: `${url}/collaborators{/collaborator}`,
    teams_url: `${url}/teams`,
    hooks_url: `${url}/hooks`,
    issue_events_url: `${url}/issues/events{/number}`,
    events_url: `${url}/events`,
    assignees_url: `${url}/assignees{/user}`,
    branches_url: `${url}/branches{/branch}`,
    tags_url: `${url}/tags`,
    blobs_url: `${url}/git/blobs{/sha}`,
    git_tags_url: `${url}/git/tags{/sha}`,
    git_refs_url: `${url}/git/refs{/sha}`,
    trees_url: `${url}/git/trees{/sha}`,
    statuses_url: `${url}/statuses/{sha}`,
    languages_url: `${url}/languages`,
    stargazers_url: `${url}/stargazers`,
    contributors_url: `${url}/contributors`,
    subscribers_url: `${url}/subscribers`,
    subscription_url: `${url}/subscription`,
    commits_url: `${url}/commits{/sha}`,
    git_commits_url: `${url}/git/commits{/sha}`,
    comments_url: `${url}/comments{/number}`,
    issue_comment_url: `${url}/issues/comments{/number}`,
    contents_url: `${url}/contents/{+path}`,
    compare_url: `${url}/compare/{base}...{head}`,
    merges_url: `${url}/merges`,
    archive_url: `${url}/{archive_format}{/ref}`,
    downloads_url: `${url}/downloads`,
    issues_url: `${url}/issues{/number}`,
    pulls_url: `${url}/pulls{/number}`,
    milestones_url: `${url}/milestones{/number}`,
    notifications_url: `${url}/notifications{?since,all,participating}`,
    labels_url: `${url}/labels{/name}`,
    releases_url: `${url}/releases{/id}`,
    deployments_url: `${url}/deployments`,
  };
}
