import type { GitHubStandIn, Permission, PushedCommit, PushOptions, Repository, User } from "./github";
import type { TestServer } from "./server";

/** The Repository JSON, as far as tests read it. */
export interface AddedRepository {
  readonly id: number;
  readonly name: string;
  readonly description: string | null;
  readonly token: string;
  readonly default_branch: string;
}

const redirect = "https://ui.example.org/auth/signin";

/**
 * Signs a person in as a browser does: begin, GitHub's authorize page, exchange. Somebody GitHub doesn't know yet becomes a member
 * of its organization. The first who signs in on a server is its admin.
 * @returns the session token
 */
export async function signIn(server: TestServer, github: GitHubStandIn, login: string): Promise<string> {
  const answer = await exchange(server, github, userNamed(github, login));
  if (answer.status !== 200) throw new Error(`${login} can't sign in: ${answer.status} ${await answer.text()}`);
  const { token }: { token: string } = await answer.json();
  return token;
}

/** Walks through the whole sign-in. @returns the answer of `/auth/exchange` */
export async function exchange(server: Pick<TestServer, "request">, github: GitHubStandIn, user: User): Promise<Response> {
  const begun: { redirect_to: string } = await json(await server.request("POST", "/auth/begin", { body: { redirect } }), 200);
  const { code, state, redirectedTo } = await github.authorize(begun.redirect_to, user);
  const exchange_token = redirectedTo.searchParams.get("exchange_token");
  return await server.request("POST", "/auth/exchange", { body: { exchange_token, state, code, redirect } });
}

/** @param adminToken session of a platform admin. @returns a new service token */
export async function serviceToken(server: TestServer, adminToken: string): Promise<string> {
  const answer = await server.request("POST", "/v1/admin/service_tokens", {
    token: adminToken,
    body: { description: "Worker" },
  });
  const { token_value }: { token_value: string } = await json(answer, 201);
  return token_value;
}

/** Adds a repository that GitHub has and shows to the caller. */
export async function addRepository(server: TestServer, token: string, name: string): Promise<AddedRepository> {
  return await json(await server.request("POST", "/v1/repositories", { token, body: { name } }), 201);
}

/** What {@link createRepository} makes on GitHub. */
export interface WantedRepository {
  readonly name: string;
  readonly files?: Record<string, string>;
  /** Logins and what they may do. */
  readonly collaborators?: Readonly<Record<string, Permission>>;
}

/** Makes a repository on GitHub and adds it to the platform with a service token or an admin's; its first commit is processed. */
export async function createRepository(
  server: TestServer,
  github: GitHubStandIn,
  token: string,
  { name, files = { "README.md": "# Hello\n" }, collaborators = {} }: WantedRepository,
): Promise<{ onGitHub: Repository; repository: AddedRepository }> {
  const onGitHub = await github.addRepository({ name, files });
  for (const [login, permission] of Object.entries(collaborators)) {
    onGitHub.setCollaborator(userNamed(github, login), permission);
  }
  const repository = await addRepository(server, token, name);
  await server.app.jobs.idle();
  return { onGitHub, repository };
}

/** Commits on GitHub, delivers the push and waits until everything that follows from it is done. */
export async function pushed(
  server: TestServer,
  github: GitHubStandIn,
  repository: Repository,
  options: PushOptions = {},
): Promise<PushedCommit> {
  const push = await github.push(repository, { ...options, delivery: { to: webhookUrl(server), ...options.delivery } });
  if (!push.response.ok) throw new Error(`the push was answered with ${push.response.status}`);
  await server.app.jobs.idle();
  return push;
}

/** Where GitHub delivers its events. */
export const webhookUrl = (server: TestServer): string => `${server.url}/v1/github/events`;

/** @returns the user of that login, made a member of the organization when GitHub doesn't know them yet */
export function userNamed(github: GitHubStandIn, login: string): User {
  try {
    return github.user(login);
  } catch {
    return github.addUser({ login });
  }
}

/** @returns the body of an answer that has to have this status */
export async function json<T>(answer: Response, status: number): Promise<T> {
  if (answer.status !== status) throw new Error(`answered ${answer.status} instead of ${status}: ${await answer.text()}`);
  return await answer.json();
}
