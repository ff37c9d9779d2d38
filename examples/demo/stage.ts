import { z } from "zod";
import { type GitHubStandIn, type Repository, startGitHub, type User } from "../../testing/github";
import { type Api, createApi } from "./api";
import { count, shortSha } from "./format";
import { addToGitHub } from "./github-repository";
import { startPlatform, untilListening } from "./platform";
import type { Demo } from "./run-demo";
import { signIn } from "./sign-in";
import { findSourceRepository, type SourceRepository } from "./source-repository";
import { cut, printable } from "./terminal";

/** A platform with one user and one repository, on which nothing has happened yet. */
export interface Stage {
  readonly source: SourceRepository;
  readonly github: GitHubStandIn;
  /** The source on GitHub. */
  readonly repository: Repository;
  /** Who pushes. */
  readonly developer: User;
  /** The platform's address. */
  readonly url: string;
  /** The API as the developer, who is an admin here, and the session's token. */
  readonly user: Api;
  readonly userToken: string;
  /** The API as a worker, and its service token. */
  readonly service: Api;
  readonly serviceToken: string;
}

const tokenMade = z.object({ token_value: z.string().startsWith("cos_") });
const repositoryAdded = z.object({ id: z.int() });

export async function setStage({ options, terminal, step, scratch, launch, keep, signal }: Demo): Promise<Stage> {
  const source = await findSourceRepository(options.path, scratch.path);
  terminal.line(terminal.bold("Cocov: from a push to a commit status"));
  terminal.line(cut(`${source.folder} at ${shortSha(source.head.sha)} “${printable(source.head.subject)}”`, terminal.columns));
  terminal.line();

  const github = await startGitHub({ org: "acme" });
  keep({ stop: github.stop, stopNow: () => undefined });
  const developer = github.addUser({ login: "ada", name: "Ada Lovelace", orgRole: "admin" });
  const repository = await step(
    "Stand in for GitHub",
    300,
    () => addToGitHub(github, source, developer),
    ({ fullName }) => `${github.url}/${fullName} is a copy, with no branch yet`,
  );

  const platform = launch(await startPlatform(scratch, github.environment()));
  const { url } = await step(
    "Start Cocov",
    120,
    (at) => untilListening(platform, at.signal),
    ({ url, plugins }) => `${url}, with an embedded PostgreSQL and ${count(plugins.length, "plugin")}`,
  );
  github.sendWebhooksTo(`${url}/v1/github/events`);

  const anyone = createApi(url, signal);
  const session = await step(
    "Sign in with GitHub",
    30,
    () => signIn(anyone, github, developer, `${url}/swagger`),
    ({ name, admin }) => `${name}${admin ? ", an admin, as the first user is" : ""}`,
  );
  const user = anyone.as(session.token);
  const { token_value: serviceToken } = await step(
    "Make a service token",
    30,
    () => user.call("POST", "/v1/admin/service_tokens", tokenMade, { description: "The demo's worker" }),
    ({ token_value }) => `${token_value.slice(0, 8)}… for the worker`,
  );
  await step(
    "Add the repository",
    30,
    () => user.call("POST", "/v1/repositories", repositoryAdded, { name: source.name }),
    ({ id }) => `${repository.fullName} is repository ${id}`,
  );
  return {
    source,
    github,
    repository,
    developer,
    url,
    user,
    userToken: session.token,
    service: anyone.as(serviceToken),
    serviceToken,
  };
}
