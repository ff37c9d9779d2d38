import { z } from "zod";
import { type GitHub, errors as githubErrors } from "../github";
import { errors } from "./errors";
import { type Standing, standingOf } from "./members";
import type { GitHubPerson } from "./record-person";

/** Seconds in which GitHub has to have answered all that a sign-in asks, second tries included: somebody waits. */
const patience = 15;

interface Redeemed {
  readonly code: string;
  readonly redirect: string;
  readonly codeVerifier: string;
}

/** Somebody whom GitHub has told of. */
export interface Identified {
  readonly person: Omit<GitHubPerson, "seenAt">;
  readonly standing: Standing;
}

/**
 * Finds out from GitHub who is signing in and what they are to the organization. Nothing is stored here.
 * @param seconds until GitHub counts as out of reach
 * @throws ApiError `session.cannot_exchange`, `github.unavailable` or `github.not_configured`
 */
export async function identify(github: GitHub, redeemed: Redeemed, seconds = patience): Promise<Identified> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(githubErrors.fail("github.unavailable")), seconds * 1000);
  try {
    // Calls under way end by themselves: each has a limit of its own.
    return await Promise.race([ask(github, redeemed), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function ask(github: GitHub, redeemed: Redeemed): Promise<Identified> {
  const exchanged = await github.exchangeCode(redeemed);
  if ("refused" in exchanged) throw errors.fail("session.cannot_exchange");
  const person = await whoIs(github, exchanged.accessToken);
  return { person, standing: await standingOf(github, person.login) };
}

/** What is read of GitHub's answers. Nothing of it can be PostgreSQL's trouble. */
const text = z.string().refine((value) => value !== "" && !value.includes("\0"));
const account = z.object({ id: z.int().positive(), login: text, avatar_url: text.nullish().catch(null) });
const addresses = z.array(z.object({ email: text, verified: z.boolean() }));

async function whoIs(github: GitHub, accessToken: string): Promise<Identified["person"]> {
  const octokit = github.asUser(accessToken);
  try {
    const [user, emails] = await github.reach(() =>
      Promise.all([
        octokit.rest.users.getAuthenticated(),
        octokit.paginate(octokit.rest.users.listEmailsForAuthenticatedUser, { per_page: 100 }),
      ]),
    );
    const { id: githubId, login, avatar_url: avatarUrl = null } = account.parse(user.data);
    const verified = addresses.parse(emails).filter(({ verified }) => verified);
    return { githubId, login, avatarUrl, accessToken, emails: verified.map(({ email }) => email) };
  } catch (error) {
    if (error instanceof z.ZodError)
      throw githubErrors.fail("github.unavailable", "GitHub's answer to who signs in can't be read");
    if (error instanceof Error && "status" in error && Number(error.status) < 500) throw errors.fail("session.cannot_exchange");
    throw error;
  }
}
