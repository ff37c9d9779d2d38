import type { GitHubStandIn } from "../../../../testing/github";

/** What GitHub lists of a repository, as far as the platform reads it. */
export interface Listed {
  readonly id: number;
  readonly name: string;
  readonly owner?: { readonly login: string };
  readonly description?: string | null;
  readonly created_at?: string;
  readonly pushed_at?: string | null;
}

const path = "/orgs/acme/repos";

/** Has GitHub list these repositories, whole pages of 100 with links, without making them. Until faults are cleared. */
export function listOnGitHub(github: GitHubStandIn, repositories: readonly Listed[]): void {
  const pages = Math.max(1, Math.ceil(repositories.length / 100));
  for (let page = 1; page <= pages; page += 1) {
    const items = repositories.slice((page - 1) * 100, page * 100);
    github.fail({
      match: (request) => request.path === path && (request.query.get("page") ?? "1") === String(page),
      status: 200,
      body: JSON.stringify(items.map(listed)),
      headers: page < pages ? { link: `<${github.apiUrl}${path}?page=${page + 1}>; rel="next"` } : {},
    });
  }
}

const listed = (repository: Listed) => ({
  owner: { login: "acme" },
  description: null,
  created_at: "2022-11-22T21:06:17Z",
  pushed_at: null,
  ...repository,
});

/** @returns so many repositories: `r00000`, `r00001`, … */
export const numbered = (count: number): Listed[] =>
  Array.from({ length: count }, (_, index) => ({ id: 500_000 + index, name: `r${String(index).padStart(5, "0")}` }));

/** @returns how often the list's pages have been asked for */
export const pagesAsked = (github: GitHubStandIn): number =>
  github.requests().filter((request) => request.path === path).length;
