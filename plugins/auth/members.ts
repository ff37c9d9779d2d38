import type { GitHub } from "../github";

/** What somebody is to the organization. */
export type Standing = "member" | "outside_collaborator" | "stranger";

/**
 * Asks GitHub what a login is to the organization.
 * @throws ApiError `github.unavailable` when GitHub gives no usable answer
 */
export async function standingOf(github: GitHub, login: string): Promise<Standing> {
  const octokit = github.installationNow();
  const org = github.orgName();
  return await github.reach(async () => {
    if (await isMember()) return "member";
    const collaborators = await octokit.paginate(octokit.rest.orgs.listOutsideCollaborators, { org, per_page: 100 });
    return collaborators.some((person) => person.login.toLowerCase() === login.toLowerCase())
      ? "outside_collaborator"
      : "stranger";
  });

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
