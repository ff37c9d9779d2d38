import type { GitHub } from "../github";
import { errors } from "./errors";
import { standingOf } from "./members";
import type { GitHubPerson } from "./users";

/**
 * Finds out from GitHub who is signing in and whether they may. Nothing is stored here.
 * @throws ApiError `session.cannot_exchange`, `session.outside_collaborator_not_allowed`, `session.not_an_org_member`,
 * `github.unavailable` or `github.not_configured`
 */
export async function identify(
  github: GitHub,
  {
    allowOutsideCollaborators,
    ...redeemed
  }: { code: string; redirect: string; codeVerifier: string; allowOutsideCollaborators: boolean },
): Promise<GitHubPerson> {
  const exchanged = await github.exchangeCode(redeemed);
  if ("refused" in exchanged) throw errors.fail("session.cannot_exchange");
  const person = await whoIs(github, exchanged.accessToken);
  const standing = await standingOf(github, person.login);
  if (standing === "stranger") throw errors.fail("session.not_an_org_member");
  if (standing === "outside_collaborator" && !allowOutsideCollaborators)
    throw errors.fail("session.outside_collaborator_not_allowed");
  return person;
}

async function whoIs(github: GitHub, accessToken: string): Promise<GitHubPerson> {
  const octokit = github.asUser(accessToken);
  try {
    return await github.reach(async () => {
      const { data: user } = await octokit.rest.users.getAuthenticated();
      const emails = await octokit.paginate(octokit.rest.users.listEmailsForAuthenticatedUser, { per_page: 100 });
      return {
        githubId: user.id,
        login: user.login,
        avatarUrl: user.avatar_url || null,
        accessToken,
        emails: emails.filter(({ verified }) => verified).map(({ email }) => email),
      };
    });
  } catch (error) {
    if (error instanceof Error && "status" in error && Number(error.status) < 500) throw errors.fail("session.cannot_exchange");
    throw error;
  }
}
