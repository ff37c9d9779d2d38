import type { Urls } from "../site";
import type { Organization, User } from "../world/world";

/** @returns a person as lists and other objects show them (GitHub's "simple user") */
export function simpleUser(urls: Urls, user: User) {
  return account(urls, user, "User");
}

/** @returns the organization as an owner of repositories */
export function organizationAccount(urls: Urls, organization: Organization) {
  return account(urls, organization, "Organization");
}

/** @returns a person as `GET /user` and `GET /users/:login` show them */
export function fullUser(urls: Urls, user: User) {
  return {
    ...simpleUser(urls, user),
    name: user.name,
    company: null,
    blog: "",
    location: null,
    email: null,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: "2011-01-26T19:01:12Z",
    updated_at: "2024-01-26T19:01:12Z",
    ...(user.suspended && { suspended_at: "2024-02-01T00:00:00Z" }),
  };
}

/** @returns the organization as webhooks show it */
export function simpleOrganization(urls: Urls, { id, login }: Organization) {
  const url = `${urls.api}/orgs/${login}`;
  return {
    login,
    id,
    node_id: nodeId("O", id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: avatarOf(urls, id),
    description: "",
  };
}

/** @returns an opaque global id of GitHub's kind */
export function nodeId(prefix: string, id: number | string): string {
  return `${prefix}_${Buffer.from(`${id}`).toString("base64url")}`;
}

function account(urls: Urls, { id, login }: { id: number; login: string }, type: "User" | "Organization") {
  const url = `${urls.api}/users/${login}`;
  return {
    login,
    id,
    node_id: nodeId(type === "User" ? "U" : "O", id),
    avatar_url: avatarOf(urls, id),
    gravatar_id: "",
    url,
    html_url: `${urls.web}/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    user_view_type: "public",
    site_admin: false,
  };
}

function avatarOf(urls: Urls, id: number): string {
  return `${urls.web}/avatars/u/${id}?v=4`;
}
