import { RequestError } from "@octokit/request-error";
import { z } from "zod";
import { type GitHub, errors as githubErrors } from "../github";
import { isCommitSha, isRepositoryName } from "../storage";
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
    return isOrganization(github, data.owner.login) ? describe(data) : null;
  });
}

/** How a repository stands on GitHub. `hidden`: it is gone, or the App may not see it any more. */
export type Standing =
  | { readonly kind: "ours"; readonly repository: RepositoryDescription }
  | { readonly kind: "elsewhere"; readonly owner: string }
  | { readonly kind: "hidden" };

const repositoryAnswer = z.object({
  id: z.int(),
  name: z.string().refine(isRepositoryName),
  owner: z.object({ login: z.string() }),
  description: z.string().nullable(),
  default_branch: z.string(),
});

/**
 * Reads a repository by its identity, whatever it is called now and whoever owns it.
 * @param octokit the installation's: the one for jobs unless given
 * @throws what `github.reach` throws
 */
export async function standingOf(github: GitHub, githubId: number, octokit = github.installation()): Promise<Standing> {
  const data = await orNullWhenHidden(async () => {
    const answer = await github.reach(() => octokit.request("GET /repositories/{id}", { id: githubId }));
    return repositoryAnswer.parse(answer.data);
  });
  if (!data) return { kind: "hidden" };
  if (data.id !== githubId) throw new Error(`GitHub answered with repository ${data.id} when it was asked for ${githubId}`);
  const { login } = data.owner;
  return isOrganization(github, login) ? { kind: "ours", repository: describe(data) } : { kind: "elsewhere", owner: login };
}

/** @returns whether a login is the organization's, whatever its case; any may be while that isn't configured */
export function isOrganization(github: GitHub, login: string): boolean {
  const organization = github.displayName();
  return organization === "" || login.toLowerCase() === organization.toLowerCase();
}

// Whatever GitHub has under `/repos/{owner}/{repo}` it has under `/repositories/{id}` too: it is where it sends those who ask for a
// repository by a former name. Its documentation leaves these paths out, so their answers have no types.

const commitsAnswer = z.array(
  z.object({
    sha: z.string().refine(isCommitSha),
    commit: z.object({
      message: z.string(),
      author: z.object({ name: z.string().nullish(), email: z.string().nullish() }).nullable(),
    }),
  }),
);

/** @returns the newest commit of a branch; null when there is none */
export async function newestCommit(github: GitHub, githubId: number, branch: string): Promise<CommitDescription | null> {
  return await orNullWhenHidden(async () => {
    const { data } = await github.reach(() =>
      github.installation().request("GET /repositories/{id}/commits", { id: githubId, sha: branch, per_page: 1 }),
    );
    const [newest] = commitsAnswer.parse(data);
    if (!newest) return null;
    const { message, author } = newest.commit;
    return { sha: newest.sha, message, authorName: author?.name ?? "", authorEmail: author?.email ?? "" };
  });
}

const collaboratorsAnswer = z.array(
  z.object({
    id: z.int(),
    permissions: z.object({ admin: z.boolean().optional(), maintain: z.boolean().optional() }).optional(),
  }),
);

/** @returns the level of every collaborator, by GitHub user id */
export async function collaboratorLevels(github: GitHub, githubId: number): Promise<Map<number, Level>> {
  const octokit = github.installation();
  const people = await github.reach(() =>
    octokit.paginate("GET /repositories/{id}/collaborators", { id: githubId, per_page: 100 }),
  );
  return new Map(collaboratorsAnswer.parse(people).map(({ id, permissions }) => [id, levelOf(permissions)]));
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

/**
 * @returns the organization's repositories as a user sees them; `refused` when GitHub doesn't take the user's token any more, or shows them
 * only part of the list, because they have to sign in to their company first
 */
export async function repositoriesSeenBy(github: GitHub, token: string): Promise<Granted[] | "refused"> {
  const octokit = github.asUser(token, { inJob: true });
  let withheld = false;
  try {
    const seen = await github.reach(() =>
      octokit.paginate(
        octokit.rest.repos.listForOrg,
        // What is made meanwhile comes last, so that nothing moves from one page to another.
        { org: github.orgName(), type: "all", sort: "created", direction: "asc", per_page: 100 },
        ({ data, headers }) => {
          withheld ||= singleSignOn in headers;
          return data.map(({ id, private: isPrivate, permissions }) => ({
            githubId: id,
            level: levelOf(permissions),
            open: !isPrivate,
            more: Boolean(permissions?.triage || permissions?.push || permissions?.maintain || permissions?.admin),
          }));
        },
      ),
    );
    return withheld ? "refused" : seen;
  } catch (error) {
    if (error instanceof RequestError && (error.status === 401 || singleSignOn in (error.response?.headers ?? {})))
      return "refused";
    throw error;
  }
}

/** Header of answers that are refused or not whole, because an organization wants people to sign in to it first. */
const singleSignOn = "x-github-sso";

/** A repository as GitHub lists it among all of the organization. Times are as GitHub writes them. */
export interface ListedOnGitHub {
  readonly githubId: number;
  readonly name: string;
  readonly description: string | null;
  readonly madeAt: string;
  readonly pushedAt: string | null;
}

const moment = z.iso.datetime({ offset: true });
const listedAnswer = z.array(
  z.object({
    id: z.int(),
    name: z.string(),
    owner: z.object({ login: z.string() }),
    // PostgreSQL can't store U+0000.
    description: z
      .string()
      .transform((text) => text.replaceAll("\0", "\uFFFD"))
      .nullable(),
    created_at: moment,
    pushed_at: moment.nullable(),
  }),
);

/** @returns the organization's repositories that the App sees, each once. Only what is kept of a page stays in memory. */
export async function organizationRepositories(github: GitHub): Promise<ListedOnGitHub[]> {
  const octokit = github.installation();
  const listed = await github.reach(() =>
    octokit.paginate(
      octokit.rest.repos.listForOrg,
      // What is made meanwhile comes last, so that nothing moves from one page to another.
      { org: github.orgName(), type: "all", sort: "created", direction: "asc", per_page: 100 },
      ({ data }) =>
        listedAnswer
          .parse(data)
          .filter(({ name, owner }) => isRepositoryName(name) && isOrganization(github, owner.login))
          .map(({ id: githubId, name, description, created_at: madeAt, pushed_at: pushedAt }) => ({
            githubId,
            name,
            description,
            madeAt,
            pushedAt,
          })),
    ),
  );
  return [...new Map(listed.map((repository) => [repository.githubId, repository])).values()];
}
/**
 * Makes a call as the App that a user waits for.
 * @throws ApiError `github.unavailable` also when GitHub refuses the App, which is no fault of the user's
 */
export async function asAppNow<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (isRefusal(error)) throw githubErrors.fail("github.unavailable");
    throw error;
  }
}

/** @returns whether GitHub has answered, and said no */
export const isRefusal = (error: unknown): boolean => error instanceof Error && "status" in error && Number(error.status) < 500;

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
