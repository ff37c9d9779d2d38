import { z } from "zod";
import { type GitHub, errors as githubErrors } from "../github";

const account = z.object({ login: z.string(), suspended_at: z.string().nullish() });

/** What somebody is to the organization. */
export type Standing = "member" | "outside_collaborator" | "stranger";

/**
 * The same as {@link standingOf} for an account, whatever it is called by now; one that was deleted or suspended is a stranger. For jobs.
 * @throws ApiError `github.unavailable` when GitHub gives no usable answer; what else `github.reach` throws
 */
export async function standingOfAccount(github: GitHub, githubId: number): Promise<Standing> {
  const login = await github.reach(async () => {
    try {
      const { data } = await github.installation().request("GET /user/{account_id}", { account_id: githubId });
      // An Enterprise Server keeps those it suspends among the members.
      const { suspended_at: suspended, login } = account.parse(data);
      return suspended ? null : login;
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  });
  return login === null ? "stranger" : await standingOf(github, login, github.installation());
}

/**
 * Asks GitHub what a login is to the organization.
 * @throws ApiError `github.unavailable` when GitHub gives no usable answer
 */
export async function standingOf(github: GitHub, login: string, octokit = github.installationNow()): Promise<Standing> {
  const org = github.orgName();
  try {
    return await github.reach(async () => {
      if (await isMember()) return "member";
      const collaborators = await octokit.paginate(octokit.rest.orgs.listOutsideCollaborators, { org, per_page: 100 });
      return collaborators.some((person) => person.login.toLowerCase() === login.toLowerCase())
        ? "outside_collaborator"
        : "stranger";
    });
  } catch (error) {
    // What GitHub refuses the App here is no answer to the question.
    if (error instanceof Error && "status" in error && Number(error.status) < 500)
      throw githubErrors.fail("github.unavailable");
    throw error;
  }

  async function isMember(): Promise<boolean> {
    try {
      const { status } = await octokit.rest.orgs.checkMembershipForUser({ org, username: login });
      return Number(status) === 204;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && "status" in error && error.status === 404;
}
