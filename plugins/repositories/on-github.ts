import type { GitHub } from "../github";
import type { CommitDescription } from "./commits";
import { type Level, levelOf } from "./level";

/** A repository as GitHub describes it. */
export interface RepositoryDescription {
  readonly githubId: number;
  readonly name: string;
  readonly description: string | null;
  readonly defaultBranch: string;
}

/** A repository as one user sees it on GitHub. */
export type SeenRepository = RepositoryDescription & { readonly level: Level };

type Octokit = ReturnType<GitHub["installation"]>;

/**
 * @param octokit the installation's, or a user's: what that one can't see is null
 * @throws what `github.reach` throws
 */
export async function repositoryByName(github: GitHub, octokit: Octokit, name: string): Promise<SeenRepository | null> {
  return await orNullWhenHidden(async () => {
    const { data } = await github.reach(() => octokit.rest.repos.get({ owner: github.orgName(), repo: name }));
    // GitHub follows renames and transfers; only a repository of the organization counts.
    if (data.owner.login.toLowerCase() !== github.orgName().toLowerCase()) return null;
    return describe(data);
  });
}

/** Reads a repository by its identity, whatever it is called now. */
export async function repositoryById(
  github: GitHub,
  octokit: Octokit,
  githubId: number,
): Promise<RepositoryDescription | null> {
  return await orNullWhenHidden(async () => {
    const { data } = await github.reach(() => octokit.request("GET /repositories/{id}", { id: githubId }));
    return describe(data);
  });
}

/** @returns the newest commit of a branch; null when the repository is empty or hidden */
export async function newestCommit(github: GitHub, name: string, branch: string): Promise<CommitDescription | null> {
  return await orNullWhenHidden(async () => {
    const { data } = await github.reach(() =>
      github.installation().rest.repos.listCommits({ owner: github.orgName(), repo: name, sha: branch, per_page: 1 }),
    );
    const newest = data[0];
    if (!newest) return null;
    const { message, author } = newest.commit;
    return { sha: newest.sha, message, authorName: author?.name ?? "", authorEmail: author?.email ?? "" };
  });
}

/** @returns the level of every collaborator, by GitHub user id; null when GitHub hides the repository from the App */
export async function collaboratorLevels(github: GitHub, name: string): Promise<Map<number, Level> | null> {
  const octokit = github.installation();
  return await orNullWhenHidden(async () => {
    const people = await github.reach(() =>
      octokit.paginate(octokit.rest.repos.listCollaborators, { owner: github.orgName(), repo: name, per_page: 100 }),
    );
    return new Map(people.map(({ id, permissions }) => [id, levelOf(permissions)]));
  });
}

/** What a user may do with one repository of the organization. */
export interface Granted {
  readonly githubId: number;
  readonly level: Level;
  /** Public: everybody may read it. */
  readonly open: boolean;
  /** Whether they may do more than read. */
  readonly more: boolean;
}

/** @returns the organization's repositories as a user sees them; `refused` when GitHub doesn't take the user's token any more */
export async function repositoriesSeenBy(github: GitHub, token: string): Promise<Granted[] | "refused"> {
  const octokit = github.asUser(token);
  try {
    const seen = await github.reach(() =>
      octokit.paginate(octokit.rest.repos.listForOrg, { org: github.orgName(), type: "all", per_page: 100 }),
    );
    return seen.map(({ id, private: isPrivate, permissions }) => ({
      githubId: id,
      level: levelOf(permissions),
      open: !isPrivate,
      more: Boolean(permissions?.triage || permissions?.push || permissions?.maintain || permissions?.admin),
    }));
  } catch (error) {
    if (error instanceof Error && "status" in error && error.status === 401) return "refused";
    throw error;
  }
}

/** 404 is what GitHub answers for what one may not see; 409 for a repository without commits. */
async function orNullWhenHidden<T>(call: () => Promise<T | null>): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Error && "status" in error && (error.status === 404 || error.status === 409)) return null;
    throw error;
  }
}

function describe(repository: {
  id: number;
  name: string;
  description: string | null;
  default_branch: string;
  permissions?: { admin?: boolean; maintain?: boolean };
}): SeenRepository {
  const { id: githubId, name, description, default_branch: defaultBranch, permissions } = repository;
  return { githubId, name, description, defaultBranch, level: levelOf(permissions) };
}
