import type { GitHub } from "../github";
import { errors } from "./errors";
import { type Standing, standingOf } from "./members";
import type { GitHubPerson } from "./users";

/**
 * Finds out from GitHub who is signing in and what they are to the organization. Nothing is stored here.
 * @throws ApiError `session.cannot_exchange`, `github.unavailable` or `github.not_configured`
 */
export async function identify(
  github: GitHub,
  redeemed: { code: string; redirect: string; codeVerifier: string },
): Promise<{ person: GitHubPerson; standing: Standing }> {
  const exchanged = await github.exchangeCode(redeemed);
  if ("refused" in exchanged) throw errors.fail("session.cannot_exchange");
  const person = await whoIs(github, exchanged.accessToken);
  return { person, standing: await standingOf(github, person.login) };
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
